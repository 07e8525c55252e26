import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import {
  customerKeyOf,
  eraseCustomer,
  NumberAccess,
  registryStatus,
  rotateRegistry,
} from '#libs/resident-numbers';
import { sealRegistryValue, type RegistryKeys } from '#libs/vault';
import { runRegistry } from '../../apps/cli/src/registry/registry.js';
import { Applicant } from '../world/applicant.js';
import { startClaimedBy } from '../world/claimed-start.js';
import { customer, type Person } from '../world/people.js';
import { perform } from '../world/perform.js';
import { auditOf, eventTypesOf, expectSoundRecords } from '../world/records.js';
import { continueTo, walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());
// A rotation concerns all customers, so each test has a database with its own customers only.
beforeEach(() =>
  sql`truncate customer, reissue, certificate, authority_entry, rrn_access cascade`.execute(world.owner),
);

const operator = 'operator:kim';
const withNewKey = ({ keys }: RegistryKeys): RegistryKeys => ({
  current: 'next',
  keys: { ...keys, next: randomBytes(32) },
});
const onlyNewKey = ({ keys }: RegistryKeys): RegistryKeys => ({
  current: 'next',
  keys: { next: keys['next']! },
});

/** The output and exit code of an operator's `npm run registry -- <line>`. */
async function registry(line: string, registryKeys: RegistryKeys, signal?: AbortSignal) {
  const printed: string[] = [];
  const keys = Object.fromEntries(
    Object.entries(registryKeys.keys).map(([id, key]) => [id, Buffer.from(key).toString('base64')]),
  );
  const code = await runRegistry([...line.split(' '), '--as', 'kim'], {
    env: {
      RESEAL_DATABASE_URL: world.urlOf('worker'),
      RESEAL_REGISTRY_KEYS: JSON.stringify({ current: registryKeys.current, keys }),
    },
    clock: world.clock.now,
    print: (text) => printed.push(text),
    complain: (text) => printed.push(text),
    ...(signal ? { signal } : {}),
  });
  return { code, text: printed.join('\n') };
}

const refOf = async ({ customerId }: Person): Promise<string> => {
  const row = await world.owner
    .selectFrom('customer')
    .select('customer_ref')
    .where('customer_id', '=', customerId!)
    .executeTakeFirstOrThrow();
  return row.customer_ref;
};
/** Opens the resident registration number of a customer, as for a VID. */
async function open({ customerId }: Person, keys: RegistryKeys): Promise<string | undefined> {
  const use = {
    customerId: customerId!,
    customerRef: 'spec',
    actor: 'spec',
    purpose: 'SPEC',
    at: new Date(),
  };
  return (await NumberAccess.record(world.as('worker', 1), use)).open(world.owner, keys);
}
/** Stores a number in the earlier form, from the time before each customer had a key. */
async function asBefore(person: Person, keys = world.registryKeys): Promise<void> {
  const { keyId, sealed } = sealRegistryValue(keys, person.customerId!, person.rrn);
  await world.owner.deleteFrom('customer_rrn').where('customer_id', '=', person.customerId!).execute();
  await world.owner.deleteFrom('customer_key').where('customer_id', '=', person.customerId!).execute();
  await world.owner
    .insertInto('customer_rrn')
    .values({ customer_id: person.customerId!, key_id: keyId, sealed, recorded_at: world.clock.now() })
    .execute();
}
/** Stores the photo of a document, as after the document was accepted. */
async function putPhotoOnFile({ reissueId, person }: Applicant): Promise<void> {
  const [photoId, now] = [`ph_${randomBytes(16).toString('hex')}`, world.clock.now()];
  const key = await customerKeyOf(world.owner, world.registryKeys, person.customerId!, now);
  await world.owner
    .insertInto('identity_photo')
    .values({
      ...{ photo_id: photoId, reissue_id: reissueId, update_id: 'spec', request_hmac: 'spec' },
      ...{ width: 1, height: 1, digest: '00', sealed: key!.seal(`photo/${photoId}`, Buffer.from('photo')) },
      ...{ sealed_by: 'CUSTOMER', customer_id: person.customerId!, created_at: now, retain_until: now },
    })
    .execute();
}
const people = (count: number) =>
  Promise.all(Array.from({ length: count }, () => customer(world, { certificateDays: 'none' })));
const accesses = () =>
  world.owner.selectFrom('rrn_access').selectAll().where('actor', '!=', 'spec').orderBy('position').execute();
const authorityEntries = () =>
  world.owner
    .selectFrom('authority_entry')
    .select(['actor', 'action', 'outcome', 'reason', 'details'])
    .orderBy('position')
    .execute();
const rotation = (registryKeys: RegistryKeys) => ({
  db: world.as('worker'),
  registryKeys,
  clock: world.clock.now,
  actor: operator,
});

describe('rotating the registry', () => {
  it('A rotation of the registry key re-wraps numbers of every age, and earlier keys are needed no longer', async () => {
    const [old, today, erased, keyOnly] = (await people(4)) as [Person, Person, Person, Person];
    await asBefore(old);
    await world.owner.deleteFrom('customer_rrn').where('customer_id', '=', keyOnly.customerId!).execute();
    const photo = Buffer.from('photo');
    const keyBefore = await customerKeyOf(
      world.owner,
      world.registryKeys,
      keyOnly.customerId!,
      world.clock.now(),
    );
    const sealedPhoto = keyBefore!.seal('photo/1', photo);
    await registry(`erase ${await refOf(erased)} --confirm`, world.registryKeys);
    const keys = withNewKey(world.registryKeys);

    expect(await registryStatus(world.owner, keys)).toMatchObject({
      toRotate: 3,
      numbers: 2,
      notFound: 1,
      erased: 1,
    });
    expect(await rotateRegistry(rotation(keys))).toEqual({ rotated: 3, failures: [] });
    const status = await registryStatus(world.owner, keys);
    expect(status).toMatchObject({ toRotate: 0, notFound: 0 });
    expect(status.keys).toEqual([
      { keyId: 'next', customerKeys: 3, numbers: 0, lookups: 2, current: true, known: true },
      { keyId: 'spec', customerKeys: 0, numbers: 0, lookups: 0, current: false, known: true },
    ]);
    for (const person of [old, today]) expect(await open(person, onlyNewKey(keys))).toBe(person.rrn);
    expect(await open(erased, keys)).toBeUndefined();
    const keyAfter = await customerKeyOf(
      world.owner,
      onlyNewKey(keys),
      keyOnly.customerId!,
      world.clock.now(),
    );
    expect(keyAfter!.open('photo/1', sealedPhoto)).toEqual(photo);
  });

  it('A rotation of the registry key records each number that it opens, and opens none twice', async () => {
    const [old, today] = (await people(2)) as [Person, Person];
    await asBefore(old);
    const keys = withNewKey(world.registryKeys);
    await rotateRegistry(rotation(keys));
    await rotateRegistry(rotation(keys));
    const refs = [await refOf(old), await refOf(today)].toSorted();
    expect((await accesses()).map(({ customer_ref }) => customer_ref).toSorted()).toEqual(refs);
    expect(await accesses()).toMatchObject([
      { actor: operator, purpose: 'ROTATE', reissue_id: null },
      { actor: operator, purpose: 'ROTATE', reissue_id: null },
    ]);
  });

  it('A rotation of the registry key continues after an interruption', async () => {
    const all = await people(5);
    await asBefore(all[2]!);
    const keys = withNewKey(world.registryKeys);
    const stop = new AbortController();
    const first = await rotateRegistry({
      ...rotation(keys),
      batchSize: 2,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(first).toEqual({ rotated: 2, failures: [] });
    for (const person of all) expect(await open(person, keys)).toBe(person.rrn);
    expect(await rotateRegistry({ ...rotation(keys), batchSize: 2 })).toEqual({ rotated: 3, failures: [] });
    for (const person of all) expect(await open(person, onlyNewKey(keys))).toBe(person.rrn);
  });

  it('Two rotations of the registry key run at once, concurrently with readers and searches by number', async () => {
    const all = await people(12);
    for (const person of all.slice(0, 6)) await asBefore(person);
    const keys = withNewKey(world.registryKeys);
    let rotating = true;
    let readings = 0;
    const reading = (async () => {
      do
        for (const person of all) {
          expect(await open(person, keys)).toBe(person.rrn);
          readings += 1;
        }
      while (rotating);
    })();
    const done = await Promise.all([
      rotateRegistry({ ...rotation(keys), batchSize: 1 }),
      rotateRegistry({ ...rotation(keys), batchSize: 3 }),
    ]);
    rotating = false;
    await reading;
    expect(readings).toBeGreaterThanOrEqual(all.length);
    expect(done.flatMap(({ failures }) => failures)).toEqual([]);
    for (const person of all) expect(await open(person, onlyNewKey(keys))).toBe(person.rrn);
    expect(await registryStatus(world.owner, keys)).toMatchObject({ toRotate: 0 });
  });

  it('A rotation of the registry key leaves damaged numbers unchanged, names their customers, and re-wraps the others', async () => {
    const [damaged, wrongKey, twin, sound] = (await people(4)) as [Person, Person, Person, Person];
    await world.owner
      .updateTable('customer_rrn')
      .set({ sealed: randomBytes(41) })
      .where('customer_id', '=', damaged.customerId!)
      .execute();
    await world.owner
      .updateTable('customer_key')
      .set({ wrapped: randomBytes(60) })
      .where('customer_id', '=', wrongKey.customerId!)
      .execute();
    await asBefore({ ...twin, rrn: sound.rrn });
    const keys = withNewKey(world.registryKeys);
    const { code, text } = await registry('rotate --confirm', keys);
    expect(code).toBe(3);
    expect(text).toContain('3 were not');
    for (const person of [damaged, wrongKey]) {
      expect(text).toContain(`${await refOf(person)}: a value of the registry cannot be opened`);
      expect(text).not.toContain(person.rrn);
    }
    expect(text).toContain('another customer has the same number on file');
    expect(
      (await authorityEntries()).map(({ action, outcome, details }) => [action, outcome, details]),
    ).toEqual([
      ['rotateRegistry', 'STARTED', { key: 'next', toRotate: 4 }],
      ['rotateRegistry', 'FAILED', { key: 'next', rotated: 1, failed: 3, interrupted: false }],
    ]);
    // Both are read as before. Only one of the two can be found by the number that they share.
    for (const person of [sound, twin]) expect(await open(person, keys)).toBe(sound.rrn);
  });

  it('A rotation of the registry key changes nothing before it is confirmed, and counts its work', async () => {
    await people(2);
    const keys = withNewKey(world.registryKeys);
    const before = await world.owner.selectFrom('customer_rrn').selectAll().execute();
    expect(await registry('rotate', keys)).toEqual({
      code: 0,
      text: '2 customers would be rotated to the key next. Nothing was changed. Add --confirm to do it.',
    });
    expect(await world.owner.selectFrom('customer_rrn').selectAll().execute()).toEqual(before);
    expect(await authorityEntries()).toEqual([]);
    expect((await registry('status', keys)).text).toContain('2 customers must be rotated');
    expect((await registry('rotate --confirm', keys)).code).toBe(0);
    expect(JSON.parse((await registry('status --json', keys)).text)).toMatchObject({ toRotate: 0 });
    expect((await registry('status', onlyNewKey(keys))).text).toContain('can be removed');
  });

  it('The registry status shows an unknown key that is in use', async () => {
    await people(1);
    const { text } = await registry('status', { current: 'other', keys: { other: randomBytes(32) } });
    expect(text).toMatch(/spec\s+NOT CONFIGURED\s+1\s+0\s+1/);
  });
});

describe('erasing a customer', () => {
  it('The erasure of a customer destroys the number, its key and all derived data, and nothing else', async () => {
    const person = await customer(world);
    const other = await customer(world, { certificateDays: 'none' });
    const applicant = await Applicant.of(world, person);
    const start = await startClaimedBy(applicant, 'rrn', person.rrn);
    await perform(world, applicant.reissueId, start);
    await perform(world, applicant.reissueId, await applicant.answerChallenges({ PHONE_CODE: '000000' }));
    await continueTo(applicant, 'REGISTERED');
    await putPhotoOnFile(applicant);
    const triesOfDay = () => world.owner.selectFrom('identity_day').select('method').execute();
    expect(await triesOfDay()).not.toEqual([]);
    const consents = await world.owner.selectFrom('consent').selectAll().execute();
    const digests = async () => [(await applicant.row()).person_key];
    const [digest] = await digests();

    const ref = await refOf(person);
    const { code, text } = await registry(`erase ${ref} --confirm`, world.registryKeys);
    expect(await triesOfDay()).toEqual([]);
    expect({ code, text }).toEqual({
      code: 0,
      text: `The key of ${ref} was destroyed, and with it the number and 1 photo.`,
    });
    expect(await open(person, world.registryKeys)).toBeUndefined();
    const kept = await world.owner
      .selectFrom('customer_rrn')
      .innerJoin('customer_key', 'customer_key.customer_id', 'customer_rrn.customer_id')
      .select(['sealed', 'lookup', 'wrapped', 'erased_at', 'destroyed_at'])
      .where('customer_rrn.customer_id', '=', person.customerId!)
      .executeTakeFirst();
    const at = world.clock.now();
    expect(kept).toEqual({ sealed: null, lookup: null, wrapped: null, erased_at: at, destroyed_at: at });
    expect(await digests()).not.toContain(digest);
    expect(await authorityEntries()).toEqual([
      {
        ...{ actor: operator, action: 'eraseCustomer', outcome: 'DONE', reason: null },
        details: { customerRef: ref, number: true, photos: 1 },
      },
    ]);
    expect(await world.owner.selectFrom('identity_photo').selectAll().execute()).toEqual([]);
    // Certificates with their VIDs, and consents, are kept; so is the data of other customers.
    expect(await world.owner.selectFrom('consent').selectAll().execute()).toEqual(consents);
    expect((await applicant.row()).state).toBe('REGISTERED');
    expect(await open(other, world.registryKeys)).toBe(other.rrn);
  });

  it('The erasure of a customer plans its work and changes nothing before it is confirmed', async () => {
    const person = await customer(world, { certificateDays: 'none' });
    const ref = await refOf(person);
    const { code, text } = await registry(`erase ${ref}`, world.registryKeys);
    expect({ code, text }).toEqual({
      code: 0,
      text: `The key of ${ref} would be destroyed, and with it the number and 0 photos. Nothing was changed. Add --confirm to do it.`,
    });
    expect(await open(person, world.registryKeys)).toBe(person.rrn);
    expect(await authorityEntries()).toEqual([]);
  });

  it('The erasure of a customer happens once, also for a number of the former form, and no new key is made', async () => {
    const person = await customer(world, { certificateDays: 'none' });
    await asBefore(person);
    const ref = await refOf(person);
    const erase = () =>
      eraseCustomer(world.as('worker'), world.registryKeys, {
        ...{ customerRef: ref, actor: operator, now: world.clock.now(), confirmed: true },
      });
    expect(await erase()).toMatchObject({ number: true });
    expect(await erase()).toMatchObject({ number: false });
    const key = await customerKeyOf(world.owner, world.registryKeys, person.customerId!, world.clock.now());
    expect(key).toBeUndefined();
    expect(await rotateRegistry(rotation(withNewKey(world.registryKeys)))).toEqual({
      rotated: 0,
      failures: [],
    });
  });

  it('The erasure of an unknown customer is refused and audited', async () => {
    const { code, text } = await registry('erase unknown --confirm', world.registryKeys);
    expect({ code, text }).toEqual({ code: 1, text: 'There is no customer unknown.' });
    expect(await authorityEntries()).toMatchObject([
      { actor: operator, action: 'eraseCustomer', outcome: 'REFUSED', reason: 'UNKNOWN_CUSTOMER' },
    ]);
  });

  it('A reissue that begins after the erasure ends as one without a number on file', async () => {
    const person = await customer(world);
    await registry(`erase ${await refOf(person)} --confirm`, world.registryKeys);
    const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED');
    const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
    await perform(world, applicant.reissueId, message);
    expect(await applicant.row()).toMatchObject({ state: 'REJECTED', end_code: 'RRN_NOT_ON_FILE' });

    const byNumber = await Applicant.of(world, person);
    await perform(world, byNumber.reissueId, await startClaimedBy(byNumber, 'rrn', person.rrn));
    expect(await byNumber.row()).toMatchObject({ state: 'IDENTITY_REQUIRED', customer_id: null });
  });

  it('The erasure of a customer ends an open reissue that needs the number', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'KEY_REQUIRED');
    const { text } = await registry(`erase ${await refOf(person)} --confirm`, world.registryKeys);
    expect(text).toContain(`These open reissues end when they need the number: ${applicant.reissueId}.`);
    const message = await applicant.requestCertificate();
    const result = await perform(world, applicant.reissueId, message);
    expect(result).toMatchObject({ status: 'REFUSED', code: 'REQUEST_REFUSED' });
    expect(await applicant.row()).toMatchObject({ state: 'ABANDONED', end_code: 'RRN_NOT_ON_FILE' });
    expect((await eventTypesOf(applicant)).at(-1)).toBe('reissue.abandoned');
    expect(await perform(world, applicant.reissueId, message)).toEqual(result);
    await expectSoundRecords(applicant);
  });

  it('The erasure of a customer does not change a reissue whose certificate exists', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED');
    await registry(`erase ${await refOf(person)} --confirm`, world.registryKeys);
    await continueTo(applicant, 'REGISTERED');
    expect((await applicant.row()).state).toBe('REGISTERED');
  });
});

describe('access to a number', () => {
  it('Access to a number is recorded before it is opened, with person, time and purpose', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'ISSUED');
    expect(await accesses()).toMatchObject([
      {
        ...{ customer_ref: await refOf(person), actor: 'worker', purpose: 'VIRTUAL_ID' },
        ...{ reissue_id: applicant.reissueId, occurred_at: world.clock.now() },
      },
    ]);
    expect((await auditOf(applicant)).filter(({ action }) => action === 'useRrn')).toHaveLength(1);
  });

  it('Access to a number is refused inside a transaction, which could be rolled back', async () => {
    const use = {
      customerId: randomUUID(),
      customerRef: 'c',
      actor: 'a',
      purpose: 'p',
      at: world.clock.now(),
    };
    await expect(world.owner.transaction().execute((tx) => NumberAccess.record(tx, use))).rejects.toThrow(
      'must be committed',
    );
  });

  it('The record of access to a number stays after a failed step, and its writer cannot remove it', async () => {
    const person = await customer(world);
    const applicant = await walkTo(world, person, 'KEY_REQUIRED');
    await world.owner
      .updateTable('customer_rrn')
      .set({ sealed: randomBytes(41) })
      .where('customer_id', '=', person.customerId!)
      .execute();
    const message = await applicant.requestCertificate();
    await expect(perform(world, applicant.reissueId, message)).rejects.toThrow();
    expect(await accesses()).toHaveLength(1);
    const worker = world.as('worker', 1);
    for (const undo of [
      () => worker.deleteFrom('rrn_access').execute(),
      () => worker.updateTable('rrn_access').set({ purpose: 'none' }).execute(),
    ])
      await expect(undo()).rejects.toMatchObject({ code: '42501' });
  });

  it.each(['gateway', 'signer', 'status', 'sandbox'] as const)(
    'The %s has no access to numbers, their keys or the log',
    async (role) => {
      const db = world.as(role, 1);
      for (const read of [
        () => db.selectFrom('customer_rrn').select('sealed').execute(),
        () => db.selectFrom('customer_key').select('wrapped').execute(),
        () => db.selectFrom('rrn_access').select('position').execute(),
        () => db.updateTable('customer_key').set({ wrapped: null }).execute(),
      ])
        await expect(read()).rejects.toMatchObject({ code: '42501' });
    },
  );
});

describe('npm run registry', () => {
  it.each([
    ['', 2, 'Usage'],
    ['burn', 2, 'Usage'],
    ['erase', 2, 'Name one customer'],
    ['rotate now', 2, 'takes no further arguments'],
    ['rotate --force', 2, '--force'],
    ['help', 0, 'Usage'],
  ])('npm run registry prints its usage for %j', async (line, code, words) => {
    const result = await registry(line, world.registryKeys);
    expect(result.code).toBe(code);
    expect(result.text).toContain(words);
  });

  it('npm run registry names missing settings and an unreachable database', async () => {
    const complaints: string[] = [];
    const run = (env: NodeJS.ProcessEnv) =>
      runRegistry(['status'], {
        ...{ env, clock: world.clock.now, print: () => undefined },
        complain: (line) => complaints.push(line),
      });
    expect(await run({})).toBe(78);
    expect(complaints.join()).toContain('RESEAL_REGISTRY_KEYS is missing');
    const keys = JSON.stringify({ current: 'a', keys: { a: randomBytes(32).toString('base64') } });
    const nowhere = 'postgres://unknown@127.0.0.1:1/none';
    expect(await run({ RESEAL_DATABASE_URL: nowhere, RESEAL_REGISTRY_KEYS: keys })).toBe(1);
    expect(complaints.at(-1)).toContain('The database cannot be used');
  });
});
