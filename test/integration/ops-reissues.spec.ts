import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChallengeRow } from '#libs/db/identity';
import type { NewReissue } from '#libs/db/reissues';
import {
  endCodes,
  finalStates,
  openStates,
  parkableSteps,
  parkCodes,
  readReceiptNumber,
  reasons,
  states,
  type IdentityMethod,
} from '#libs/domain';
import { insertUnstampedEntries } from '../world/unstamped-entries.js';
import { insertBareReissue } from '../world/bare-reissue.js';
import { auditor, OpsWorld } from '../world/ops-world.js';

interface Line {
  id: string;
  receiptNumber: string;
  state: string;
  reason: string;
  customerRef: string;
  parked: { step: string; code: string; since: string } | null;
  endCode: string | null;
  createdAt: string;
}

const began = Date.parse('2026-11-20T00:00:00Z');
const minute = 60_000;
const rows: (Partial<NewReissue> & { reissue_id: string; created_at: Date })[] = [];

let world: OpsWorld;
beforeAll(async () => {
  world = await OpsWorld.create({ RESEAL_TEMPORAL_UI_URL: 'http://127.0.0.1:8233' });
  for (let n = 0; n < 120; n += 1) {
    const row = variant(n);
    rows.push({ ...row, reissue_id: await insertBareReissue(world.owner, row.created_at, row) });
  }
});
afterAll(() => world.close());

/**
 * Every state with every reason. A third of the open reissues is parked. Always four have the same time of creation.
 */
function variant(n: number) {
  const state = states[n % states.length]!;
  const created_at = new Date(began + Math.floor(n / 4) * minute);
  const isOpen = (openStates as readonly string[]).includes(state);
  const parked = isOpen && (n + Math.floor(n / states.length)) % 3 === 0;
  return {
    state,
    reason: reasons[Math.floor(n / states.length) % reasons.length]!,
    customer_ref: `cr_${n % 7}`,
    created_at,
    updated_at: created_at,
    ...(parked
      ? {
          parked_step: parkableSteps[n % parkableSteps.length]!,
          parked_code: parkCodes[Math.floor(n / 6) % parkCodes.length]!,
          parked_since: new Date(created_at.getTime() + (120 - n) * minute),
          park_sequence: 1,
        }
      : {}),
    ...(isOpen ? { deadline: new Date(created_at.getTime() + 30 * minute) } : {}),
    ...(isOpen
      ? {}
      : {
          ended_at: new Date(created_at.getTime() + minute),
          end_code: state === 'REGISTERED' ? null : endCodes[n % endCodes.length]!,
        }),
  };
}

async function page(query: string): Promise<{ items: Line[]; nextCursor: string | null }> {
  const { status, json } = await world.get(`/v1/reissues?${query}`);
  expect([status, json]).toEqual([200, expect.anything()]);
  return json as { items: Line[]; nextCursor: string | null };
}

async function all(query: string): Promise<Line[]> {
  const found: Line[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const next = await page(`${query}&limit=7${cursor && `&cursor=${cursor}`}`);
    found.push(...next.items);
    cursor = next.nextCursor;
  }
  return found;
}

const ids = (lines: readonly { id: string }[]) => lines.map(({ id }) => id).sort();
const those = (which: (row: (typeof rows)[number]) => unknown) =>
  rows
    .filter(which)
    .map(({ reissue_id }) => reissue_id)
    .sort();

describe('the list of reissues', () => {
  it.each(['-createdAt', 'createdAt'])(
    'The list of reissues sorted by %s shows each reissue once, page by page, in one order',
    async (sort) => {
      const found = await all(`sort=${sort}`);
      expect(ids(found)).toEqual(those(() => true));
      const times = found.map(({ createdAt }) => createdAt);
      expect(times).toEqual(sort === 'createdAt' ? times.toSorted() : times.toSorted().reverse());
      expect(await all(`sort=${sort}`)).toEqual(found);
    },
  );

  it('The list of reissues sorted by waiting time shows parked reissues only, longest first', async () => {
    const found = await all('sort=parkedSince');
    expect(ids(found)).toEqual(those((row) => row.parked_step));
    const times = found.map(({ parked }) => parked!.since);
    expect(times).toEqual(times.toSorted());
  });

  it.each([
    ['state=ISSUED', (row: Line) => row.state === 'ISSUED'],
    [
      'state=ISSUED,REGISTERED&reason=LOST',
      (row: Line) => /^ISSUED|REG/.test(row.state) && row.reason === 'LOST',
    ],
    ['state=ISSUED&state=ISSUED', (row: Line) => row.state === 'ISSUED'],
    ['open=true', (row: Line) => (openStates as readonly string[]).includes(row.state)],
    ['open=false', (row: Line) => (finalStates as readonly string[]).includes(row.state)],
    ['open=false&state=ISSUED', () => false],
    ['parked=true', (row: Line) => row.parked],
    [
      'parked=false&open=true',
      (row: Line) => !row.parked && (openStates as readonly string[]).includes(row.state),
    ],
    ['step=ISSUE_CERTIFICATE', (row: Line) => row.parked?.step === 'ISSUE_CERTIFICATE'],
    ['code=OUTCOME_UNKNOWN', (row: Line) => row.parked?.code === 'OUTCOME_UNKNOWN'],
    ['code=DEADLINE', (row: Line) => row.endCode === 'DEADLINE'],
    [
      'code=DEADLINE,STEP_FAILED',
      (row: Line) => row.endCode === 'DEADLINE' || row.parked?.code === 'STEP_FAILED',
    ],
    ['code=DEADLINE&parked=true', () => false],
    ['reason=LOST,EXPIRED', (row: Line) => row.reason === 'LOST' || row.reason === 'EXPIRED'],
    ['customerRef=cr_3', (row: Line) => row.customerRef === 'cr_3'],
    [
      'customerRef=cr_3&open=true',
      (row: Line) => row.customerRef === 'cr_3' && !row.endCode && row.state !== 'REGISTERED',
    ],
    [
      'createdFrom=2026-11-20T00:05:00Z&createdTo=2026-11-20T09:10:00%2B09:00',
      (row: Line) =>
        row.createdAt >= '2026-11-20T00:05:00.000Z' && row.createdAt < '2026-11-20T00:10:00.000Z',
    ],
    [
      'parkedBefore=2026-11-20T01:40:00Z',
      (row: Line) => row.parked && row.parked.since < '2026-11-20T01:40:00.000Z',
    ],
  ])('The list of reissues and its counts are filtered by %s', async (query, holds) => {
    const expected = (await all('sort=-createdAt')).filter(holds);
    const found = await all(query);
    expect(found).toEqual(expected);
    expect((await world.get(`/v1/reissues/count?${query}`)).json).toEqual({
      count: expected.length,
      exact: true,
    });
  });

  it('A receipt number finds its reissue, however the caller spells it, and a mistyped one is refused as such', async () => {
    const [line] = await all('state=ISSUED');
    const { id, receiptNumber } = line!;
    const mistaken = receiptNumber.replaceAll('1', 'I').replaceAll('0', 'O').replaceAll('V', 'U');
    for (const spelt of [receiptNumber, receiptNumber.replaceAll('-', ' ').toLowerCase(), mistaken])
      expect(ids(await all(`receiptNumber=${encodeURIComponent(spelt)}`))).toEqual([id]);
    expect(await all(`receiptNumber=${receiptNumber}&state=REGISTERED`)).toEqual([]);
    const wrong = receiptNumber.replace(/.$/, (last) => (last === '2' ? '3' : '2'));
    const { status, json } = await world.get(`/v1/reissues?receiptNumber=${wrong}`);
    expect([status, json]).toMatchObject([
      422,
      { errors: [{ message: expect.stringContaining('mistyped') }] },
    ]);
  });

  it('Each reissue has a receipt number of its own, which its check character confirms', async () => {
    const numbers = (await all('sort=createdAt')).map(({ receiptNumber }) => receiptNumber);
    expect(new Set(numbers).size).toBe(rows.length);
    for (const number of numbers) expect(readReceiptNumber(number)).toEqual({ number });
  });

  it('The list of reissues is counted by state, step, code and reason', async () => {
    const everything = await all('sort=-createdAt');
    const by = {
      state: ({ state }: Line) => [state],
      reason: ({ reason }: Line) => [reason],
      step: ({ parked }: Line) => (parked ? [parked.step] : []),
      code: ({ parked, endCode }: Line) => [...(parked ? [parked.code] : []), ...(endCode ? [endCode] : [])],
    };
    for (const [grouping, valuesOf] of Object.entries(by)) {
      const { json } = await world.get(`/v1/reissues/count?by=${grouping}`);
      const groups = (json as { groups: { value: string; count: number; exact: boolean }[] }).groups;
      const expected = Map.groupBy(everything.flatMap(valuesOf), (value) => value);
      expect(Object.fromEntries(groups.map(({ value, count }) => [value, count]))).toEqual(
        Object.fromEntries([...expected].map(([value, { length }]) => [value, length])),
      );
    }
  });

  it.each([
    ['state=LOST', 'state.0'],
    ['limit=201', 'limit'],
    ['limit=0', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['colour=red', ''],
    ['createdFrom=yesterday', 'createdFrom'],
    ['customerRef=two words', 'customerRef'],
    ['receiptNumber=K7M-2QX', 'receiptNumber'],
  ])('The list of reissues refuses %s and names the fault', async (query, parameter) => {
    const { status, problem, json } = await world.get(`/v1/reissues?${encodeURI(query)}`);
    expect([status, problem]).toEqual([422, 'invalid-request']);
    expect(json).toMatchObject({ errors: [{ in: 'query', parameter }] });
  });

  it('The list of reissues refuses the cursor of a list in another order', async () => {
    const { nextCursor } = await page('sort=createdAt&limit=1');
    const { status, json } = await world.get(`/v1/reissues?sort=-createdAt&cursor=${nextCursor}`);
    expect([status, (json as { errors: unknown[] }).errors]).toEqual([
      422,
      [expect.objectContaining({ parameter: 'cursor' })],
    ]);
  });

  it('The list of reissues holds no personal data', async () => {
    const { text } = await world.get('/v1/reissues?limit=200');
    expect(text).not.toMatch(/가상|0100000|person|thumbprint/);
  });
});

describe('one reissue', () => {
  const first = (which: (row: (typeof rows)[number]) => unknown) => rows.find(which)!.reissue_id;

  it('The view of a reissue says what it waits for, since when, and which acts are possible', async () => {
    const parked = await world.get(
      `/v1/reissues/${first((row) => row.parked_step && row.state === 'ISSUED')}`,
    );
    expect(parked.json).toMatchObject({
      parked: { sequence: 1 },
      deadline: null,
      waitingFor: { who: 'operator', text: { ko: expect.any(String), en: expect.any(String) } },
      possible: ['retry', 'withdraw'],
    });
    const early = await world.get(
      `/v1/reissues/${first((row) => row.parked_step && row.state === 'KEY_REQUIRED')}`,
    );
    expect(early.json).toMatchObject({ possible: ['retry', 'abandon'] });
    const open = await world.get(
      `/v1/reissues/${first((row) => !row.parked_step && row.state === 'PASSWORD_REQUIRED')}`,
    );
    expect(open.json).toMatchObject({ waitingFor: { who: 'customer' }, possible: [] });
    const ended = await world.get(`/v1/reissues/${first((row) => row.state === 'CANCELLED')}`);
    expect(ended.json).toMatchObject({ waitingFor: null, possible: [], methods: [] });
  });

  it('The view of a reissue links to its workflow in Temporal’s own page', async () => {
    const id = rows[0]!.reissue_id;
    expect((await world.get(`/v1/reissues/${id}`)).json).toMatchObject({
      temporalUrl: `http://127.0.0.1:8233/namespaces/reseal/workflows/reissue%2F${id}`,
    });
  });

  it('A look at a reissue is recorded once per person and period', async () => {
    const id = rows[1]!.reissue_id;
    await Promise.all([world.get(`/v1/reissues/${id}`), world.get(`/v1/reissues/${id}`, auditor)]);
    await world.get(`/v1/reissues/${id}`);
    const entries = await world.owner
      .selectFrom('authority_entry')
      .select(['actor', 'action', 'outcome', 'details'])
      .orderBy('actor')
      .execute();
    expect(entries.filter(({ details }) => (details as { reissueId?: string }).reissueId === id)).toEqual([
      { actor: 'staff:audrey', action: 'readReissue', outcome: 'DONE', details: { reissueId: id } },
      { actor: 'staff:olivia', action: 'readReissue', outcome: 'DONE', details: { reissueId: id } },
    ]);
  });

  it.each(['', '/timeline'])('A reissue that does not exist is not found (%s)', async (part) => {
    expect((await world.get(`/v1/reissues/ri_${'0'.repeat(32)}${part}`)).problem).toBe('not-found');
    expect((await world.get(`/v1/reissues/whatever${part}`)).status).toBe(422);
  });

  it('A reissue has a timeline even if Temporal does not know it', async () => {
    const id = rows[2]!.reissue_id;
    await insertUnstampedEntries(world.owner, () =>
      world.owner
        .insertInto('audit_entry')
        .values({
          reissue_id: id,
          sequence: 1,
          actor: 'customer',
          action: 'open',
          outcome: 'OPENED',
          reason: null,
          details: '{}',
          personal_digest: null,
          occurred_at: new Date(began),
        })
        .execute(),
    );
    const { json } = await world.get(`/v1/reissues/${id}/timeline`);
    expect(json).toEqual({
      process: 'FORGOTTEN',
      items: [
        expect.objectContaining({
          kind: 'entry',
          actor: 'customer',
          code: 'open',
          outcome: 'OPENED',
          text: { ko: '재발급 신청', en: 'Reissue requested' },
        }),
      ],
    });
  });

  it('The timeline names the provider that was asked to send a challenge, and nothing of the person', async () => {
    const reissue_id = rows[3]!.reissue_id;
    const challenge = (method: IdentityMethod, state: ChallengeRow['state'], provider: string | null) => ({
      challenge_id: `ch_${method}`,
      reissue_id,
      update_id: 'first',
      method,
      transaction_id: `tx_${method}`,
      hint: '010-****-0000',
      state,
      deliverable: true,
      provider,
      expires_at: new Date(began + 3 * minute),
      created_at: new Date(began),
    });
    await world.owner
      .insertInto('challenge')
      .values([
        challenge('PHONE_CODE', 'SENT', 'telecom.example'),
        challenge('ONE_WON', 'PREPARED', 'one-won.example'),
        challenge('OLD_CERTIFICATE', 'SENT', null),
      ])
      .execute();
    const { json, text } = await world.get(`/v1/reissues/${reissue_id}/timeline`);
    expect(json.items).toMatchObject([
      { kind: 'challenge', code: 'ONE_WON', outcome: null, provider: 'one-won.example' },
      { kind: 'challenge', code: 'PHONE_CODE', outcome: 'DONE', provider: 'telecom.example' },
    ]);
    expect(text).not.toContain('010-');
  });
});
