import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { StartReissue } from '#libs/domain';
import { sealRegistryValue } from '#libs/vault';
import { Applicant } from '../../world/applicant.js';
import { startClaimedBy, type StartSealing } from '../../world/claimed-start.js';
import { customer, stranger, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { auditOf, everythingOf, outcomeOf, vaultItemsOf } from '../../world/records.js';
import { continueTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

const documentOf = ({ rrn }: Person) =>
  JSON.stringify({ type: 'RESIDENT_CARD', rrn, issuedOn: '2020-03-04' });

/** An applicant with this name and number, who starts a reissue with sealed values. */
async function begin(
  person: Person,
  by: 'rrn' | 'document',
  value = by === 'rrn' ? person.rrn : documentOf(person),
  sealing: StartSealing = {},
) {
  const applicant = await Applicant.of(world, person);
  const start = await startClaimedBy(applicant, by, value, sealing);
  return { applicant, start, result: await perform(world, applicant.reissueId, start) };
}
const asMobile = async (person: Person, more: Partial<StartReissue['applicant']> = {}) => {
  const applicant = await Applicant.of(world, person);
  const start = applicant.start();
  const result = await perform(world, applicant.reissueId, {
    ...start,
    applicant: { ...start.applicant, ...more },
  });
  return { applicant, start, result };
};
const rowsOf = async ({ reissueId }: Applicant) =>
  world.owner.selectFrom('reissue').select('reissue_id').where('reissue_id', '=', reissueId).execute();

describe('claiming an identity', () => {
  it('A start by mobile number stores the number, and the carrier if one is given', async () => {
    const person = await customer(world);
    const { applicant } = await asMobile(person, { carrier: 'KT_MVNO' });
    expect(await applicant.row()).toMatchObject({
      ...{ applicant_by: 'MOBILE', applicant_mobile: person.mobile, applicant_carrier: 'KT_MVNO' },
      customer_id: person.customerId,
    });
    const plain = await asMobile(person);
    expect(await plain.applicant.row()).toMatchObject({ applicant_carrier: null });
  });

  it.each([
    ['rrn', 'RRN', { foreign: false }],
    ['document', 'DOCUMENT', { foreign: false, document: 'RESIDENT_CARD' }],
  ] as const)(
    'A start by %s finds the customer and stores nothing of the number',
    async (by, column, remarks) => {
      const person = await customer(world);
      const { applicant, result } = await begin(person, by);
      expect(result).toMatchObject({ status: 'DONE', standing: { state: 'IDENTITY_REQUIRED' } });
      expect(await applicant.row()).toMatchObject({
        ...{ applicant_by: column, applicant_mobile: null, applicant_carrier: null },
        ...{ applicant_name: person.name, customer_id: person.customerId },
      });
      expect(await vaultItemsOf(applicant)).toBe(0);
      expect(JSON.stringify(await everythingOf(applicant))).not.toContain(person.rrn);
      const [opened] = await auditOf(applicant);
      expect(opened).toMatchObject({ action: 'open', details: { by: column, ...remarks } });
    },
  );

  it('A start by resident number sends the code to the number on file and leads to the end', async () => {
    const person = await customer(world);
    const { applicant, start } = await begin(person, 'rrn');
    const { challenges } = await outcomeOf(applicant, start.updateId);
    // An attacker who guesses numbers gets no data of their owners.
    expect(challenges!.map(({ hint }) => hint)).toEqual(['********', '010-****-****']);
    expect(world.outside.telecom.sends.at(-1)).toMatchObject({ name: person.name, mobile: person.mobile });
    await continueTo(applicant, 'REGISTERED');
  });

  it('Wrong codes count for the same person in starts by number and by document', async () => {
    const person = await customer(world);
    const [byNumber, byDocument] = [await begin(person, 'rrn'), await begin(person, 'document')];
    const { person_key: key } = await byNumber.applicant.row();
    expect((await byDocument.applicant.row()).person_key).toBe(key);
    const byMobile = await asMobile(person);
    expect((await byMobile.applicant.row()).person_key).not.toBe(key);
  });

  it.each([
    ['nguyen van  an', 'in lower case, with two spaces'],
    ['Ｎｇｕｙｅｎ Van An', 'in full-width letters'],
    [' NGUYEN\u00a0VAN AN ', 'with another space'],
  ])('A start by %j finds NGUYEN VAN AN (%s), and providers get the name on file', async (typed) => {
    const person = await customer(world, { name: 'NGUYEN VAN AN' });
    for (const { applicant } of [
      await asMobile(person, { name: typed }),
      await begin({ ...person, name: typed }, 'rrn'),
    ])
      expect((await applicant.row()).customer_id).toBe(person.customerId);
    expect(world.outside.telecom.sends.at(-1)).toMatchObject({ name: person.name, mobile: person.mobile });
  });

  it('Wrong codes count for one person, however the name is typed', async () => {
    const person = await customer(world, { name: "O'BRIEN ANN" });
    const keys = [];
    for (const name of [person.name, 'o’brien ann'])
      keys.push((await (await asMobile(person, { name })).applicant.row()).person_key);
    expect(new Set(keys).size).toBe(1);
  });

  it.each(['with a hyphen', 'without one'])('A start accepts a number %s', async (how) => {
    const person = await customer(world);
    const value = how === 'without one' ? person.rrn : `${person.rrn.slice(0, 6)}-${person.rrn.slice(6)}`;
    const { applicant } = await begin(person, 'rrn', value);
    expect((await applicant.row()).customer_id).toBe(person.customerId);
  });

  it.each([
    ['a foreign resident’s', '900101-5', { foreign: true }],
    ['a foreign resident’s born in this century', '050101-8', { foreign: true }],
    ['one given after October 2020, with any last digit', '210101-3', { foreign: false }],
  ])('A start accepts a number that is %s', async (_, beginning, remarks) => {
    const unlike = String(Math.floor(Math.random() * 1e6)).padStart(6, '0');
    const person = { ...stranger(world), rrn: `${beginning}${unlike}`.replace('-', '') };
    const known = await customer(world, { rrn: person.rrn });
    for (const [who, customerId] of [
      [person, known.customerId],
      [{ ...person, name: '이견본' }, null],
    ] as const) {
      const { applicant, result } = await begin(who, 'rrn');
      expect(result.status).toBe('DONE');
      expect(await applicant.row()).toMatchObject({ customer_id: customerId });
      expect((await auditOf(applicant))[0]).toMatchObject({ details: remarks });
    }
  });
});

describe('an applicant whom the bank does not know', () => {
  it.each([
    [
      'knows the number of a customer, under another name',
      async (person: Person) => ({ ...person, name: '김견본' }),
    ],
    [
      'has the name of a customer, and another number',
      async (person: Person) => ({ ...stranger(world), name: person.name }),
    ],
    ['is a stranger', async () => stranger(world)],
  ])('An unknown person gets the same answer, always with the same hints: %s', async (_, who) => {
    const known = await customer(world);
    const unknown = await who(known);
    const ask = async (person: Person) => {
      const { applicant, start, result } = await begin(person, 'rrn');
      const { challenges } = await outcomeOf(applicant, start.updateId);
      return { result, challenges: challenges!, row: await applicant.row() };
    };
    const [right, wrong, again] = [await ask(known), await ask(unknown), await ask(unknown)];
    expect(wrong.row.customer_id).toBeNull();
    expect(right.row.customer_id).toBe(known.customerId);
    const form = ({ hint, ...rest }: (typeof right.challenges)[number]) => ({
      ...{ ...rest, challengeId: '' },
      hint: hint.replace(/\d/g, '0'),
    });
    expect(wrong.challenges.map(form)).toEqual(right.challenges.map(form));
    expect(again.challenges.map(({ hint }) => hint)).toEqual(wrong.challenges.map(({ hint }) => hint));
    const { customerRef: _ref, requestHmac: _hmac, ...answer } = wrong.result;
    expect(right.result).toMatchObject(answer);
  });

  it('Two people with one name are each found by their own number', async () => {
    const one = await customer(world, { certificateDays: 'none' });
    const other = await customer(world, { certificateDays: 'none' });
    expect(one.name).toBe(other.name);
    for (const person of [one, other])
      expect((await (await begin(person, 'rrn')).applicant.row()).customer_id).toBe(person.customerId);
  });

  it('A person with name and mobile number of two customers is unknown', async () => {
    const one = await customer(world, { certificateDays: 'none' });
    const other = await customer(world, { certificateDays: 'none' });
    await world.owner
      .updateTable('customer')
      .set({ mobile: one.mobile })
      .where('customer_id', '=', other.customerId!)
      .execute();
    expect((await (await asMobile(one)).applicant.row()).customer_id).toBeNull();
    expect((await (await begin(other, 'rrn')).applicant.row()).customer_id).toBe(other.customerId);
  });

  it('A person is unknown by a number that was stored before numbers could be searched', async () => {
    const person = await customer(world, { withoutRrn: true });
    const { keyId, sealed } = sealRegistryValue(world.registryKeys, person.customerId!, person.rrn);
    await world.owner
      .insertInto('customer_rrn')
      .values({
        ...{ customer_id: person.customerId!, key_id: keyId },
        sealed,
        recorded_at: world.clock.now(),
      })
      .execute();
    expect((await (await begin(person, 'rrn')).applicant.row()).customer_id).toBeNull();
    expect((await (await asMobile(person)).applicant.row()).customer_id).toBe(person.customerId);
  });
});

describe('a start that cannot be read', () => {
  it.each([
    ['is sealed for another call', { sub: randomUUID() }],
    ['is sealed for something else', { purpose: 'password' as const }],
    ['is sealed at another front end', { client: 'other' }],
    ['is sealed for another key', { keyThumbprint: 'A'.repeat(43) }],
  ])('An unreadable start that %s is refused and leaves nothing', async (_, sealing) => {
    for (const by of ['rrn', 'document'] as const) {
      const { applicant, result } = await begin(await customer(world), by, undefined, sealing);
      expect(result).toMatchObject({ status: 'REFUSED', code: 'ENVELOPE_REFUSED', missing: true });
      expect(await rowsOf(applicant)).toEqual([]);
      expect(await vaultItemsOf(applicant)).toBe(0);
    }
  });

  it('A start whose envelope is sealed for the reissue id is refused', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    const start = await startClaimedBy(applicant, 'rrn', applicant.person.rrn, { sub: applicant.reissueId });
    expect(await perform(world, applicant.reissueId, start)).toMatchObject({ code: 'ENVELOPE_REFUSED' });
  });

  it('A start whose envelope is not in the vault is refused', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    const start = { ...applicant.start(), applicant: { name: '홍가상', rrn: 'f'.repeat(32) } };
    expect(await perform(world, applicant.reissueId, start)).toMatchObject({ code: 'ENVELOPE_REFUSED' });
    expect(await rowsOf(applicant)).toEqual([]);
  });

  it.each([
    ['rrn', 'a number of another form', '990101'],
    ['rrn', 'a number without a day of birth', '9902301000000'],
    ['rrn', 'nothing', ''],
    ['document', 'a number alone', '9901011000000'],
    ['document', 'a document of no type', JSON.stringify({ rrn: '9901011000000', issuedOn: '2020-01-01' })],
  ] as const)('A start by %s with %s is refused alike for every person', async (by, _, value) => {
    for (const person of [await customer(world, { certificateDays: 'none' }), stranger(world)]) {
      const { applicant, start, result } = await begin(person, by, value);
      const { requestHmac } = start;
      expect(result).toEqual({
        ...{ status: 'REFUSED', code: 'APPLICANT_INVALID', missing: true, proceed: false, requestHmac },
        standing: { state: 'TIMED_OUT', alarm: null, parked: null },
      });
      expect(await rowsOf(applicant)).toEqual([]);
      expect(await vaultItemsOf(applicant)).toBe(0);
    }
  });
});

describe('the same start again', () => {
  it('A repeated start gets the same answer, also after the worker died, and does not open the number again', async () => {
    const person = await customer(world);
    const applicant = await Applicant.of(world, person);
    const start = await startClaimedBy(applicant, 'rrn', person.rrn);
    const first = await perform(world, applicant.reissueId, start, { crashing: true });
    expect(first).toMatchObject({ status: 'DONE', standing: { state: 'IDENTITY_REQUIRED' } });
    const before = await everythingOf(applicant);
    const again = await perform(world, applicant.reissueId, start);
    expect({ ...again, proceed: undefined }).toEqual({ ...first, proceed: undefined });
    expect(await everythingOf(applicant)).toEqual(before);
  });

  it('A start that runs twice at once makes one reissue', async () => {
    const person = await customer(world);
    const applicant = await Applicant.of(world, person);
    const start = await startClaimedBy(applicant, 'rrn', person.rrn, { methods: [] });
    const results = await Promise.all(
      Array.from({ length: 4 }, () => perform(world, applicant.reissueId, start)),
    );
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('DONE'));
    expect(await rowsOf(applicant)).toHaveLength(1);
    expect((await applicant.row()).customer_id).toBe(person.customerId);
  });
});
