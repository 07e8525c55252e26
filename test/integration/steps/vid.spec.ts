import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { certificateBySerial } from '#libs/db/certificates';
import { findCustomerRrn, insertCustomerRrns } from '#libs/db/customers';
import { computeVirtualId, readIdentifyData } from '#libs/npki';
import { sealNewNumber } from '#libs/resident-numbers';
import { sealRegistryValue } from '#libs/vault';
import type { Applicant } from '../../world/applicant.js';
import { customer } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { auditOf, eventTypesOf, everythingOf, expectSoundRecords } from '../../world/records.js';
import { walkTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

/** Logs errors only: the tests cause failures on purpose. */
const logger = new DefaultLogger('ERROR');
const run = <T>(activity: () => Promise<T>, attempt = 1): Promise<T> =>
  new MockActivityEnvironment({ attempt }, { logger }).run<[], T, () => Promise<T>>(activity);

const virtualIdOf = ({ person: { rrn } }: Applicant, random: string) =>
  Buffer.from(computeVirtualId({ idn: rrn, random: Buffer.from(random, 'hex') }));

/** Sends R with the request, and returns the holder's data in the new certificate. */
async function issueWith(applicant: Applicant, random: string) {
  const message = await applicant.requestCertificate(undefined, random);
  const result = await perform(world, applicant.reissueId, message);
  expect(result).toMatchObject({ status: 'DONE', standing: { state: 'ISSUED' } });
  const { serial } = await applicant.row();
  const certificate = await certificateBySerial(world.owner, serial!);
  return readIdentifyData(certificate!.der!);
}

describe('the VID of a new certificate', () => {
  it('The VID of a new certificate is made of the number on file and the R of the request', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const random = randomBytes(20).toString('hex');
    expect(await issueWith(applicant, random)).toMatchObject({
      realName: applicant.person.name,
      virtualId: new Uint8Array(virtualIdOf(applicant, random)),
    });
  });

  it('The VID keeps leading zero bytes of itself and of R', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    let random: string;
    do random = `0000${randomBytes(18).toString('hex')}`;
    while (virtualIdOf(applicant, random)[0] !== 0);
    const { virtualId } = (await issueWith(applicant, random))!;
    expect(virtualId).toHaveLength(32);
    expect(Buffer.from(virtualId).equals(virtualIdOf(applicant, random))).toBe(true);
  });

  it('The VID is made again of the R of a second request after the first was refused', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const tooLong = { ...(await applicant.requestCertificate()), csr: 'no request' };
    expect(await perform(world, applicant.reissueId, tooLong)).toMatchObject({ code: 'REQUEST_REFUSED' });
    expect((await applicant.row()).virtual_id).toBeNull();
    const random = randomBytes(20).toString('hex');
    const { virtualId } = (await issueWith(applicant, random))!;
    expect(Buffer.from(virtualId).equals(virtualIdOf(applicant, random))).toBe(true);
  });

  it('The VID is stored in the reissue only while the CA works', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const random = randomBytes(20).toString('hex');
    const message = await applicant.requestCertificate(undefined, random);
    const request = () => run(() => world.activities.requestCertificate(applicant.reissueId, message));
    await request();
    await request();
    expect((await applicant.row()).virtual_id?.equals(virtualIdOf(applicant, random))).toBe(true);
    await perform(world, applicant.reissueId, message);
    expect(await applicant.row()).toMatchObject({ state: 'ISSUED', virtual_id: null });
  });

  it('The VID is made for a request that was with the CA before there were VIDs', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const random = randomBytes(20).toString('hex');
    const message = await applicant.requestCertificate(undefined, random);
    await run(() => world.activities.requestCertificate(applicant.reissueId, message));
    await world.owner
      .updateTable('reissue')
      .set({ virtual_id: null })
      .where('reissue_id', '=', applicant.reissueId)
      .execute();
    await perform(world, applicant.reissueId, message);
    expect((await applicant.row()).state).toBe('ISSUED');
  });

  it('The VID is removed when the reissue is cancelled while the CA works', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const message = await applicant.requestCertificate();
    await run(() => world.activities.requestCertificate(applicant.reissueId, message));
    await perform(world, applicant.reissueId, applicant.cancel());
    expect(await applicant.row()).toMatchObject({ state: 'CANCELLED', virtual_id: null });
  });
});

describe('the number', () => {
  it('The resident number is opened once, which is audited, and stored nowhere with R', async () => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const random = randomBytes(20).toString('hex');
    await issueWith(applicant, random);
    const entries = (await auditOf(applicant)).filter(({ action }) => action === 'useRrn');
    expect(entries).toMatchObject([
      { actor: 'system', outcome: 'DONE', reason: null, details: { purpose: 'virtualId' } },
    ]);
    const everything = JSON.stringify(await everythingOf(applicant));
    expect(everything).not.toContain(applicant.person.rrn);
    expect(everything).not.toContain(random);
    await expectSoundRecords(applicant);
  });

  it('A resident number whose key is wrapped by an earlier registry key is opened too', async () => {
    const { registryKeys } = world;
    const rotated = { current: 'next', keys: { ...registryKeys.keys, next: randomBytes(32) } };
    const applicant = await walkTo(world, await customer(world), 'ISSUED', {
      activities: world.activitiesWith({ registryKeys: rotated }),
    });
    expect((await applicant.row()).serial).not.toBeNull();
  });

  it('A resident number that was stored before customers had keys is opened too', async () => {
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
    const applicant = await walkTo(world, person, 'KEY_REQUIRED');
    const random = randomBytes(20).toString('hex');
    const { virtualId } = (await issueWith(applicant, random))!;
    expect(Buffer.from(virtualId).equals(virtualIdOf(applicant, random))).toBe(true);
  });

  it.each([
    ['under an unknown key', (id: string) => sealRegistryValue(otherKeys, id, '0099000000000')],
    ['for another customer', () => sealRegistryValue(world.registryKeys, 'another', '0099000000000')],
    ['that is no number', (id: string) => sealRegistryValue(world.registryKeys, id, 'not a number')],
  ])('A resident number on file %s parks the step for an operator', async (_name, seal) => {
    const applicant = await walkTo(world, await customer(world), 'KEY_REQUIRED');
    const { keyId, sealed } = seal(applicant.person.customerId!);
    await world.owner
      .updateTable('customer_rrn')
      .set({ key_id: keyId, sealed, sealed_by: 'REGISTRY', lookup: null })
      .where('customer_id', '=', applicant.person.customerId!)
      .execute();
    const message = await applicant.requestCertificate();
    const step = run(() => world.activities.requestCertificate(applicant.reissueId, message), 100);
    await expect(step).rejects.toMatchObject({ type: 'StepFailed' });
    expect(await applicant.row()).toMatchObject({ state: 'KEY_REQUIRED', virtual_id: null });
  });
  const otherKeys = { current: 'lost', keys: { lost: randomBytes(32) } };

  it.each(['signer', 'gateway', 'status', 'sandbox'] as const)(
    'The %s cannot read the sealed resident number',
    async (role) => {
      const db = world.as(role);
      await expect(db.selectFrom('customer_rrn').selectAll().execute()).rejects.toMatchObject({
        code: '42501',
      });
    },
  );

  it('Enrolment stores the resident number without read access to it', async () => {
    const { customerId } = await customer(world, { withoutRrn: true });
    const first = sealNewNumber(world.registryKeys, customerId!, '0099000000000');
    const again = sealNewNumber(world.registryKeys, customerId!, '0099000000000');
    for (const numbers of [[first], [again]])
      await insertCustomerRrns(world.as('sandbox'), numbers, world.clock.now());
    const { key, sealed } = first;
    expect(await findCustomerRrn(world.owner, customerId!)).toEqual({ sealedBy: 'CUSTOMER', key, sealed });
  });
});

describe('without a number on file', () => {
  it.each([
    ['EXPIRED', 'IN_FORCE', []],
    ['LOST', 'ON_HOLD', ['certificate.held']],
    ['KEY_COMPROMISED', 'REVOKED', ['certificate.revoked']],
  ] as const)(
    'A reissue because of %s without a number on file ends once identity is verified, and the old certificate is %s',
    async (reason, standing, events) => {
      const person = await customer(world, { withoutRrn: true });
      const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED', { reason });
      const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
      expect(await perform(world, applicant.reissueId, message)).toMatchObject({
        status: 'DONE',
        standing: { state: 'REJECTED' },
      });
      expect(await applicant.row()).toMatchObject({ end_code: 'RRN_NOT_ON_FILE' });
      expect(await eventTypesOf(applicant)).toEqual(['reissue.started', 'reissue.rejected', ...events]);
      const entries = await auditOf(applicant);
      expect(entries.find(({ action }) => action === 'identity')).toMatchObject({
        outcome: 'REJECTED',
        reason: 'RRN_NOT_ON_FILE',
      });
      const old = await certificateBySerial(world.owner, person.oldSerial!);
      expect(old?.revoked_at ? 'REVOKED' : old?.hold_at ? 'ON_HOLD' : 'IN_FORCE').toBe(standing);
      await expectSoundRecords(applicant);
    },
  );

  it('A customer without a number on file is notified of what is missing', async () => {
    const person = await customer(world, { withoutRrn: true });
    const applicant = await walkTo(world, person, 'IDENTITY_REQUIRED');
    const message = await applicant.answerChallenges({ PHONE_CODE: undefined, ONE_WON: undefined });
    await perform(world, applicant.reissueId, message);
    const texts = world.outside.messenger.texts.filter(({ to }) => to === person.mobile);
    expect(texts.map(({ text }) => text)).toEqual([
      expect.stringContaining('주민등록번호가 등록되어 있지 않아'),
    ]);
  });
});
