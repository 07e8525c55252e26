import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EnvelopePurpose } from '#libs/vault';
import { InMemoryGateway } from '../testing/in-memory-gateway.js';

let gateway: InMemoryGateway;
let url: string;
let nextKey = 0;
beforeEach(async () => {
  gateway = new InMemoryGateway();
  url = await gateway.listen();
});
afterEach(() => gateway.app.close());

const freshKey = () => `idempotency-key-${(nextKey += 1)}`;
const start = (key: string, applicant: object) =>
  fetch(`${url}/v1/reissues`, {
    method: 'POST',
    headers: {
      ...{ 'x-api-key': 'reseal-local', 'idempotency-key': key, 'accept-language': 'en' },
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      reason: 'EXPIRED',
      applicant,
      keyThumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
      consents: gateway.consents(),
    }),
  });
const problemOf = async (answer: Response) => {
  const { type, status, errors } = (await answer.json()) as {
    type: string;
    status: number;
    errors?: { pointer: string; message: string }[];
  };
  return { type: type.replace('urn:reseal:problem:', ''), status, errors };
};
const by = {
  rrn: { purpose: 'rrn', value: '9901019000000' },
  document: { purpose: 'document', value: '{}' },
} as const satisfies Record<string, { purpose: EnvelopePurpose; value: string }>;
const sealed = (
  member: keyof typeof by,
  sub: string,
  purpose: EnvelopePurpose = by[member].purpose,
  bound: { client?: string; keyThumbprint?: string } = {},
) => gateway.seal(by[member].value, purpose, sub, bound);

describe('an applicant', () => {
  it.each(['rrn', 'document'] as const)(
    'A sealed %s identifies an applicant: the workflow gets its handle, and the vault its subject',
    async (member) => {
      const key = freshKey();
      const envelope = await sealed(member, key);
      expect((await start(key, { name: '홍길동', [member]: envelope })).status).toBe(201);
      const [[handle, kept] = []] = [...gateway.vault];
      expect(gateway.delivered).toMatchObject([
        { kind: 'start', applicant: { particulars: expect.any(String), [member]: handle } },
      ]);
      expect(kept).toBe(envelope);
      expect(gateway.subjects.get(handle!)).toBe(key);
      expect(JSON.stringify(gateway.delivered)).not.toContain(envelope);
    },
  );

  it('An applicant’s carrier is stored with the mobile number, and the workflow gets only their handle', async () => {
    await start(freshKey(), { name: '홍길동', mobile: '010-1234-5678', carrier: 'LGU_MVNO' });
    expect(JSON.stringify(gateway.delivered)).not.toMatch(/홍길동|01012345678|LGU_MVNO/);
    expect(await gateway.particulars()).toEqual([
      { name: '홍길동', mobile: '01012345678', carrier: 'LGU_MVNO' },
    ]);
  });

  it.each([
    '+82 10-1234-5678',
    '+82 (0)10 1234 5678',
    '0082 10 1234 5678',
    '010.1234.5678',
    '\u202d010–1234–5678\u202c',
  ])('A mobile number is normalized from %j', async (mobile) => {
    await start(freshKey(), { name: '홍길동', mobile });
    expect(await gateway.particulars()).toEqual([{ name: '홍길동', mobile: '01012345678' }]);
  });

  it('A name is normalized to composed letters', async () => {
    for (const form of ['NFC', 'NFD'] as const)
      await start(freshKey(), { name: ` ${'홍길동'.normalize(form)} `, mobile: '01012345678' });
    const names = (await gateway.particulars()).map(({ name }) => name);
    expect(names).toEqual(['홍길동', '홍길동']);
  });

  it.each([
    ['nothing but a name', { name: '홍길동' }, '#/applicant/mobile'],
    ['two identifiers', { name: '홍길동', mobile: '01012345678', rrn: 'e30.a.a.a.a' }, '#/applicant'],
    ['an unknown carrier', { name: '홍길동', mobile: '01012345678', carrier: 'X' }, '#/applicant/carrier'],
    ['a number that is not sealed', { name: '홍길동', rrn: '9901019000000' }, '#/applicant/rrn'],
    ['no name', { mobile: '01012345678' }, '#/applicant/name'],
  ])('An applicant with %s is refused with a pointer to it', async (_, applicant, pointer) => {
    const { type, status, errors } = await problemOf(await start(freshKey(), applicant));
    expect({ type, status }).toEqual({ type: 'invalid-request', status: 422 });
    expect(errors).toMatchObject([{ pointer }]);
    expect(gateway.delivered).toEqual([]);
  });

  it.each([
    ['for another call', 'rrn', () => sealed('rrn', freshKey())],
    ['for another purpose', 'rrn', (key: string) => sealed('rrn', key, 'password')],
    ['at another front end', 'rrn', (key: string) => sealed('rrn', key, 'rrn', { client: 'other' })],
    ['for another key', 'rrn', (key: string) => sealed('rrn', key, 'rrn', { keyThumbprint: 'A'.repeat(43) })],
    ['as a document instead of a number', 'rrn', (key: string) => sealed('document', key)],
    ['as a number instead of a document', 'document', (key: string) => sealed('rrn', key)],
  ] as const)(
    'An applicant’s value sealed %s is refused, and nothing is stored or started',
    async (_, member, seal) => {
      const key = freshKey();
      const answer = await problemOf(await start(key, { name: '홍길동', [member]: await seal(key) }));
      expect(answer).toMatchObject({ type: 'envelope-refused', status: 422 });
      expect(answer.errors).toMatchObject([{ pointer: `#/applicant/${member}` }]);
      expect(gateway.vault.size).toBe(0);
      expect(gateway.delivered).toEqual([]);
    },
  );

  it('A fault that only the worker could find is shown to the applicant', async () => {
    for (const [code, type] of [
      ['ENVELOPE_REFUSED', 'envelope-refused'],
      ['APPLICANT_INVALID', 'applicant-invalid'],
    ] as const) {
      gateway.deliver = () =>
        Promise.resolve({
          reached: 'COMPLETED',
          result: {
            ...{ standing: { state: 'TIMED_OUT', alarm: null, parked: null }, missing: true },
            ...{ status: 'REFUSED', code },
          },
        });
      const key = freshKey();
      const answer = await start(key, { name: '홍길동', rrn: await sealed('rrn', key) });
      expect(await problemOf(answer)).toMatchObject({ type, status: 422 });
    }
  });

  it('A repeated start gets the same answer', async () => {
    const key = freshKey();
    const body = { name: '홍길동', rrn: await sealed('rrn', key) };
    const first = await (await start(key, body)).text();
    expect(await (await start(key, body)).text()).toBe(first);
    expect(gateway.delivered).toHaveLength(1);
  });

  it('A repeated start in progress needs no new envelope', async () => {
    const key = freshKey();
    gateway.deliver = (message) => {
      if (message.kind === 'start') gateway.open(message.reissueId, { parked_step: 'SEND_CHALLENGES' });
      return Promise.resolve({ reached: 'ACCEPTED' });
    };
    const body = { name: '홍길동', rrn: await sealed('rrn', key) };
    expect((await start(key, body)).status).toBe(202);
    gateway.vault.clear();
    expect((await start(key, body)).status).toBe(202);
    expect(gateway.vault.size).toBe(0);
  });

  it('The envelope of one start is refused in another', async () => {
    const key = freshKey();
    const rrn = await sealed('rrn', key);
    await start(key, { name: '홍길동', rrn });
    const answer = await start(freshKey(), { name: '홍길동', rrn });
    expect(await problemOf(answer)).toMatchObject({ type: 'envelope-refused' });
  });
});
