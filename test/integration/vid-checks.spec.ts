import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509CertificateGenerator } from '@peculiar/x509';
import { eraseCustomer } from '#libs/resident-numbers';
import { seal } from '#libs/client';
import type { EnvelopePurpose } from '#libs/vault';
import type { VidCheckRequest } from '#activities/certificate';
import { hour } from '../world/movable-clock.js';
import { customer, type Person } from '../world/people.js';
import { putVaultItem } from '../world/put-vault-item.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld({ wrongVidChecksPerDay: 3 })));
afterAll(() => world.close());

const right = (person: Person) => ({ rrn: person.rrn, random: person.oldRandom });
const wrongNumber = '0099009999999';

const about = (purpose: EnvelopePurpose) => ({
  ...{ jti: randomUUID(), purpose, challenge_id: null, key_thumbprint: null },
});

/** Does the gateway's part of a call: stores both values in the vault, and sends the message that names them. */
async function ask(
  person: Person,
  values = right(person),
  serial = person.oldSerial!,
  bound: { client?: string; keyThumbprint?: string } = {},
): Promise<VidCheckRequest> {
  const checkId = `vc_${randomBytes(16).toString('hex')}`;
  const [requestHmac, subject] = [randomUUID(), randomUUID()];
  const now = world.clock.now();
  const keep = async (value: string, purpose: EnvelopePurpose) => {
    const handle = randomBytes(16).toString('hex');
    const envelope = await seal(value, {
      purpose,
      sub: subject,
      ...{ client: 'spec', keyThumbprint: undefined, ...bound },
      publicJwk: world.vaultKey,
      now: now.getTime(),
    });
    const item = { handle, reissue_id: checkId, update_id: requestHmac, envelope, created_at: now };
    await putVaultItem(world.gateway, item, about(purpose));
    return handle;
  };
  const [rrn, random] = [await keep(values.rrn, 'rrn'), await keep(values.random, 'vid-random')];
  return { checkId, requestHmac, apiKeyName: 'spec', serial, subject, rrn, random };
}
const check = (request: VidCheckRequest) => world.activities.checkVid(request);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
async function certificateWithoutVid(): Promise<Buffer> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({ keys, signingAlgorithm: algorithm });
  return Buffer.from(certificate.rawData);
}
/** The values that a gateway has stored before it gets the answer. */
const sealedAgain = ({ rrn: handle, checkId, requestHmac }: VidCheckRequest, now: Date) => ({
  handle,
  ...{ reissue_id: checkId, update_id: requestHmac, envelope: 'sealed again', created_at: now },
});
const entriesOf = async ({ checkId }: VidCheckRequest) =>
  (await world.owner.selectFrom('authority_entry').selectAll().orderBy('position').execute()).filter(
    ({ details }) => details.checkId === checkId,
  );
const leftOf = async ({ checkId }: VidCheckRequest) => {
  const items = world.owner.selectFrom('vault_item').select('handle').where('reissue_id', '=', checkId);
  return (await items.execute()).length;
};

describe('a check of a VID', () => {
  it('A check of a VID answers, is audited, and destroys the sealed values', async () => {
    const person = await customer(world);
    for (const [values, matches] of [
      [right(person), true],
      [{ ...right(person), rrn: wrongNumber }, false],
    ] as const) {
      const request = await ask(person, values);
      const { requestHmac, checkId, serial } = request;
      expect(await check(request)).toEqual({ answer: 'CHECKED', matches, requestHmac });
      expect(await entriesOf(request)).toMatchObject([
        {
          actor: 'client:spec',
          action: 'checkVid',
          outcome: matches ? 'MATCHED' : 'MISMATCHED',
          details: { checkId, serial },
        },
      ]);
      expect(await leftOf(request)).toBe(0);
    }
  });

  it('A check of a VID gives the same answer after the number was erased from the registry', async () => {
    const person = await customer(world);
    const { customer_ref: customerRef } = await world.owner
      .selectFrom('customer')
      .select('customer_ref')
      .where('customer_id', '=', person.customerId!)
      .executeTakeFirstOrThrow();
    const erasing = { customerRef, actor: 'operator:spec', now: world.clock.now(), confirmed: true };
    expect(await eraseCustomer(world.as('worker', 1), world.registryKeys, erasing)).toMatchObject({
      number: true,
    });
    expect(await check(await ask(person))).toMatchObject({ answer: 'CHECKED', matches: true });
    const wrong = await ask(person, { ...right(person), rrn: wrongNumber });
    expect(await check(wrong)).toMatchObject({ answer: 'CHECKED', matches: false });
  });

  it('A check of a VID that runs again gives the recorded answer', async () => {
    const request = await ask(await customer(world));
    const answers = await Promise.all(Array.from({ length: 5 }, () => check(request)));
    await putVaultItem(world.gateway, sealedAgain(request, world.clock.now()), about('rrn'));
    answers.push(await check(request));
    expect(await leftOf(request)).toBe(0);
    for (const answer of answers) expect(answer).toMatchObject({ answer: 'CHECKED', matches: true });
    expect(await entriesOf(request)).toHaveLength(1);
  });

  it('A check of a VID under a used id reports the first request', async () => {
    const request = await ask(await customer(world));
    await check(request);
    expect(await check({ ...request, requestHmac: 'another' })).toMatchObject({
      requestHmac: request.requestHmac,
    });
  });

  it('A check of a VID is refused if a value was sealed at another front end or for the key of a reissue', async () => {
    const person = await customer(world);
    for (const bound of [{ client: 'other' }, { keyThumbprint: 'A'.repeat(43) }])
      expect(await check(await ask(person, undefined, undefined, bound))).toEqual({
        answer: 'ENVELOPE_REFUSED',
      });
  });

  it('A check of a VID with unreadable values is refused and changes nothing but the audit trail', async () => {
    const person = await customer(world);
    const ways: Partial<VidCheckRequest>[] = [{ subject: 'another' }, { rrn: 'none' }, { random: 'none' }];
    for (const way of ways) {
      const request = { ...(await ask(person)), ...way };
      expect(await check(request)).toEqual({ answer: 'ENVELOPE_REFUSED' });
      expect(await entriesOf(request)).toMatchObject([{ outcome: 'REFUSED', reason: 'ENVELOPE_REFUSED' }]);
      expect(await leftOf(request)).toBe(0);
    }
    const swapped = await ask(person);
    expect(await check({ ...swapped, rrn: swapped.random, random: swapped.rrn })).toEqual({
      answer: 'ENVELOPE_REFUSED',
    });
    const rows = world.owner.selectFrom('vid_check').selectAll().where('serial', '=', person.oldSerial!);
    expect(await rows.execute()).toEqual([]);
  });

  it('A check of a VID for a certificate from before there were VIDs is refused', async () => {
    const person = await customer(world);
    const request = await ask(person);
    const bare = await certificateWithoutVid();
    await world.owner
      .updateTable('certificate')
      .set({ der: bare })
      .where('serial', '=', person.oldSerial!)
      .execute();
    expect(await check(request)).toEqual({ answer: 'CERTIFICATE_WITHOUT_VID' });
  });

  it('A check of a VID fails for a serial number that was never issued', async () => {
    await expect(check(await ask(await customer(world), undefined, '0badcafe'))).rejects.toThrow(
      'no certificate',
    );
  });
});

describe('wrong checks', () => {
  it('Wrong VID checks are counted per caller, also concurrent ones, and refuse no other caller', async () => {
    const person = await customer(world);
    world.clock.set(new Date('2026-11-20T13:00:00Z'));
    const wrong = { ...right(person), rrn: wrongNumber };
    const from = (request: VidCheckRequest, caller: string) => ({ ...request, callers: [caller] });
    const requests = await Promise.all(Array.from({ length: 6 }, () => ask(person, wrong)));
    const answers = await Promise.all(requests.map((request) => check(from(request, 'stranger'))));
    expect(answers.filter(({ answer }) => answer === 'CHECKED')).toHaveLength(3);
    const refused = { answer: 'TOO_MANY_WRONG', nextAt: '2026-11-20T21:00:00.000Z' };
    expect(answers.filter(({ answer }) => answer === 'TOO_MANY_WRONG')).toEqual([refused, refused, refused]);
    expect(await check(from(await ask(person), 'stranger'))).toEqual(refused);
    expect(await check(from(await ask(person), 'owner'))).toMatchObject({ matches: true });
    expect(await check(from(await ask(await customer(world)), 'stranger'))).toMatchObject({ matches: true });
    for (const request of requests) expect(await leftOf(request)).toBe(0);

    world.clock.advance(8 * hour);
    expect(await check(from(await ask(person), 'stranger'))).toMatchObject({ matches: true });
  });

  it('Right VID checks are not counted as wrong ones', async () => {
    const person = await customer(world);
    for (let tries = 0; tries < 5; tries += 1)
      expect(await check(await ask(person))).toMatchObject({ matches: true });
  });

  it('Wrong VID checks do not change an earlier answer', async () => {
    const person = await customer(world);
    const request = await ask(person);
    await check(request);
    for (let tries = 0; tries < 4; tries++)
      await check(await ask(person, { ...right(person), rrn: wrongNumber }));
    expect(await check(request)).toMatchObject({ answer: 'CHECKED', matches: true });
  });
});
