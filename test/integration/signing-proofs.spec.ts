import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction, type Database } from '#libs/db';
import { insertConsents, type ReissueChanges } from '#libs/db/reissues';
import type { IdentityMethod } from '#libs/domain';
import { termsDigest, termsInForce } from '#libs/terms';
import { KeyPair } from '../support/key-pair.js';
import { Applicant } from '../world/applicant.js';
import { answer } from '../world/answers.js';
import { minute } from '../world/movable-clock.js';
import { customer } from '../world/people.js';
import { perform } from '../world/perform.js';
import { certificatesOf } from '../world/records.js';
import { continueTo, walkTo } from '../world/walk.js';
import { createWorld, type World } from '../world/world.js';

let world: World;
let worker: Database;
beforeAll(async () => {
  world = await createWorld();
  worker = world.as('worker', 2);
});
afterAll(() => world.close());

const denied = 'permission denied';
const arrive = async (state: Parameters<typeof walkTo>[2]) => walkTo(world, await customer(world), state);

/** Changes the row as the worker's role, so that it states that everything is complete. The role can change no more. */
async function claimComplete(applicant: Applicant, changes: ReissueChanges = {}, key = applicant.key) {
  const now = world.clock.now();
  await worker
    .updateTable('reissue')
    .set({
      ...{ state: 'ISSUING', csr: await key.request(), key_thumbprint: key.thumbprint },
      ...{ identity_verified_at: now, password_verified_at: now, consents_completed_at: now },
      virtual_id: randomBytes(32),
      ...changes,
    })
    .where('reissue_id', '=', applicant.reissueId)
    .execute();
}

/** The signer's reason to refuse; undefined if it signed. */
async function refusal(
  { reissueId, person }: Applicant,
  signing = world.signing,
): Promise<string | undefined> {
  const before = await certificatesOf(world, person.customerId);
  try {
    await signing.issueCertificate({ reissueId, updateId: 'forged' });
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ type: 'NOT_AUTHORISED', nonRetryable: true });
    expect(await certificatesOf(world, person.customerId)).toEqual(before);
    return (error as Error).message;
  }
}

/** Inserts tries which state that the customer answered correctly by all these methods. */
async function forgeTries({ reissueId, person }: Applicant, methods: readonly IdentityMethod[]) {
  for (const method of methods) {
    const challengeId = `ch_${randomUUID()}`;
    await worker
      .insertInto('challenge')
      .values({
        ...{ challenge_id: challengeId, reissue_id: reissueId, update_id: randomUUID(), method, hint: '' },
        ...{ transaction_id: randomUUID(), state: 'ACCEPTED', deliverable: true },
        ...{ expires_at: world.clock.now(), created_at: world.clock.now() },
      })
      .execute();
    await worker
      .insertInto('identity_try')
      .values({
        ...{ reissue_id: reissueId, update_id: randomUUID(), challenge_id: challengeId, ci: person.ci },
        ...{ state: 'GRANTED', verdict: 'MATCHED' },
      })
      .execute();
  }
}
const twoMethods = ['PHONE_CODE', 'ONE_WON'] as const;
const identity = 'the certificate cannot be signed: the proof of the identity is missing';

describe('the worker’s role alone', () => {
  it('The worker’s role alone cannot obtain a certificate by marking everything complete', async () => {
    const applicant = await arrive('IDENTITY_REQUIRED');
    await claimComplete(applicant);
    expect(await refusal(applicant)).toBe(identity);
  });

  it('The worker’s role alone cannot obtain a certificate by right answers that never arrived at the gateway', async () => {
    const applicant = await arrive('IDENTITY_REQUIRED');
    await forgeTries(applicant, twoMethods);
    await claimComplete(applicant);
    expect(await refusal(applicant)).toBe(identity);
  });

  it('The worker’s role alone cannot write the gateway’s records of calls and envelopes', async () => {
    const { reissueId, key } = await arrive('IDENTITY_REQUIRED');
    const received = { reissue_id: reissueId, update_id: 'u', kind: 'apply', request_hmac: 'h' };
    const at = world.clock.now();
    const envelope = {
      ...{ reissue_id: reissueId, jti: 'j', handle: 'h', update_id: 'u', purpose: 'identity' as const },
      ...{ challenge_id: 'c', key_thumbprint: key.thumbprint },
    };
    const older = { reissue_id: reissueId, customer_id: null, key_thumbprint: key.thumbprint };
    for (const forged of [
      worker.insertInto('received_call').values({ ...received, received_at: at }),
      worker.insertInto('vault_envelope').values(envelope),
      worker.updateTable('vault_envelope').set({ key_thumbprint: 'other' }),
      worker.insertInto('reissue_before_verdicts').values(older),
    ])
      await expect(forged.execute()).rejects.toThrow(denied);
  });

  it('The worker’s role alone cannot mark a wrong answer as right', async () => {
    const applicant = await arrive('IDENTITY_REQUIRED');
    expect(await answer(applicant, { PHONE_CODE: '000000' })).toEqual(['WRONG']);
    const changed = worker.updateTable('identity_try').where('reissue_id', '=', applicant.reissueId);
    const { ci } = applicant.person;
    await expect(changed.set({ verdict: 'MATCHED', ci }).execute()).rejects.toThrow('is final');
    await expect(changed.set({ update_id: 'another' }).execute()).rejects.toThrow('is final');
    await claimComplete(applicant);
    expect(await refusal(applicant)).toBe(identity);
  });

  it('The worker’s role alone cannot bind a reissue to another key than the answers were sealed for', async () => {
    const applicant = await arrive('KEY_REQUIRED');
    const received = { reissue_id: applicant.reissueId, update_id: 'u', kind: 'requestCertificate' };
    await world.gateway
      .insertInto('received_call')
      .values({ ...received, request_hmac: 'h', received_at: world.clock.now() })
      .execute();
    await claimComplete(applicant, {}, await KeyPair.make());
    expect(await refusal(applicant)).toBe(identity);
    await claimComplete(applicant);
    expect(await refusal(applicant)).toBeUndefined();
  });

  it('The worker’s role alone cannot bind a reissue to another customer than the answers proved', async () => {
    const applicant = await arrive('KEY_REQUIRED');
    const other = await customer(world);
    await claimComplete(applicant, { customer_id: other.customerId! });
    expect(await refusal({ ...applicant, person: other } as Applicant)).toBe(identity);
  });

  it('The worker’s role alone cannot obtain a certificate with one method, or by a rule that needs none', async () => {
    const applicant = await arrive('IDENTITY_REQUIRED');
    expect(await answer(applicant, { PHONE_CODE: undefined })).toEqual(['ACCEPTED']);
    await claimComplete(applicant);
    expect(await refusal(applicant)).toBe(identity);

    const none = await arrive('IDENTITY_REQUIRED');
    const rule = { required: [], additional: { count: 0, from: [] }, independent: [], resetMethods: 0 };
    await claimComplete(none, { identity_rule: JSON.stringify({ ...rule, shown: rule }) });
    expect(await refusal(none)).toBe(identity);
  });

  it('The worker’s role alone cannot obtain a certificate without the right password', async () => {
    const applicant = await arrive('PASSWORD_REQUIRED');
    const message = await applicant.submitPassword('not-the-right-1');
    await perform(world, applicant.reissueId, message);
    await claimComplete(applicant);
    const lacks = 'the certificate cannot be signed: the proof of the certificate password is missing';
    expect(await refusal(applicant)).toBe(lacks);
    const tries = worker.updateTable('password_try').where('reissue_id', '=', applicant.reissueId);
    await expect(tries.set({ verdict: 'MATCHED' }).execute()).rejects.toThrow('is final');
    await worker
      .insertInto('password_try')
      .values({ reissue_id: applicant.reissueId, update_id: 'forged', granted: true, verdict: 'MATCHED' })
      .execute();
    expect(await refusal(applicant)).toBe(lacks);
  });

  it('The worker’s role alone cannot obtain a certificate without a request or consents of the customer', async () => {
    const applicant = await arrive('CONSENT_REQUIRED');
    await claimComplete(applicant);
    expect(await refusal(applicant)).toContain('the proof of the request is missing');

    await world.gateway
      .insertInto('received_call')
      .values({
        ...{ reissue_id: applicant.reissueId, update_id: 'request', kind: 'requestCertificate' },
        ...{ request_hmac: 'h', received_at: world.clock.now() },
      })
      .execute();
    const forged = termsInForce(world.terms, 'issuance', 'ko', world.clock.now()).map(
      ({ termsId, version, digest }) => ({
        ...{ reissue_id: applicant.reissueId, terms_id: termsId, version, digest, locale: 'ko' as const },
        ...{ agreed: true, address: '192.0.2.1', agent: 'forged', recorded_at: world.clock.now() },
        update_id: 'never-received',
      }),
    );
    await inTransaction(worker, (tx) => insertConsents(tx, forged).execute(tx));
    expect(await refusal(applicant)).toContain('the proof of the consents is missing');
  });
});

describe('the gateway’s role alone', () => {
  it('The gateway’s role alone cannot write a verdict, a consent or a reissue, nor obtain a certificate', async () => {
    const applicant = await arrive('IDENTITY_REQUIRED');
    const { reissueId, key, person } = applicant;
    const at = world.clock.now();
    const { gateway } = world;
    const tried = { reissue_id: reissueId, update_id: 'u', challenge_id: 'c', ci: person.ci };
    const consent = {
      reissue_id: reissueId,
      terms_id: 't',
      version: 'v',
      digest: 'd',
      locale: 'ko' as const,
    };
    for (const forged of [
      gateway.insertInto('identity_try').values({ ...tried, state: 'GRANTED', verdict: 'MATCHED' }),
      gateway.insertInto('password_try').values({ reissue_id: reissueId, update_id: 'u', granted: true }),
      gateway
        .insertInto('consent')
        .values({ ...consent, agreed: true, address: 'a', agent: 'a', recorded_at: at }),
      gateway.updateTable('reissue').set({ identity_verified_at: at }),
      gateway.updateTable('reissue').set({ key_thumbprint: 'other' }),
    ])
      await expect(forged.execute()).rejects.toThrow(denied);

    const { challenge_id: challengeId } = await applicant.newestChallenge('PHONE_CODE');
    await gateway
      .insertInto('vault_envelope')
      .values({
        ...{
          reissue_id: reissueId,
          jti: 'forged',
          handle: 'forged',
          update_id: 'u',
          purpose: 'identity' as const,
        },
        ...{ challenge_id: challengeId, key_thumbprint: key.thumbprint },
      })
      .execute();
    expect(await refusal(applicant)).toContain('the reissue has no certificate request');
  });

  it('The gateway’s role alone cannot present a new envelope as one from before envelopes named a key', async () => {
    const insert = world.gateway.insertInto('vault_item').values({
      ...{ handle: 'h', reissue_id: 'r', update_id: 'u', envelope: 'e', created_at: new Date() },
      ...({ unbound: true } as object),
    });
    await expect(insert.execute()).rejects.toThrow(denied);
  });
});

describe('the signer', () => {
  it('The signer has read access only to the data by which it decides', async () => {
    const signer = world.as('signer', 1);
    for (const table of [
      'identity_try',
      'password_try',
      'vault_envelope',
      'received_call',
      'consent',
    ] as const)
      await expect(signer.updateTable(table).set({ reissue_id: 'other' }).execute()).rejects.toThrow(denied);
  });

  it('The signer signs for customers who used the old certificate, reset the password, or sent everything in one call', async () => {
    const shown = await Applicant.of(world, await customer(world));
    await perform(world, shown.reissueId, shown.start(['PHONE_CODE', 'OLD_CERTIFICATE']));
    await answer(shown, { PHONE_CODE: undefined, OLD_CERTIFICATE: undefined });
    await continueTo(shown, 'REGISTERED');

    const reset = await arrive('PASSWORD_REQUIRED');
    await perform(world, reset.reissueId, await reset.resetPassword('Brand-new-1'));
    await continueTo(reset, 'REGISTERED');

    const atOnce = await arrive('PASSWORD_REQUIRED');
    const request = await atOnce.requestCertificate();
    const parts = [await atOnce.submitPassword(), atOnce.giveConsents(), request];
    await perform(world, atOnce.reissueId, atOnce.apply(parts));
    await continueTo(atOnce, 'REGISTERED');
  });

  it('The signer does not count answers of the old certificate towards a reset of the password', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE', 'OLD_CERTIFICATE']));
    await answer(applicant, { PHONE_CODE: undefined, OLD_CERTIFICATE: undefined });
    await continueTo(applicant, 'KEY_REQUIRED');
    const call = await applicant.resetPassword('Brand-new-1');
    await worker
      .insertInto('password_try')
      .values({ reissue_id: applicant.reissueId, update_id: call.updateId, granted: true, verdict: 'RESET' })
      .execute();
    await claimComplete(applicant);
    expect(await refusal(applicant)).toBe(identity);
  });

  it('The signer refuses if a mandatory text came into force before the certificate was requested', async () => {
    const applicant = await arrive('KEY_REQUIRED');
    const next = world.terms
      .filter(({ termsId }) => termsId === 'subscriber-duties')
      .map((document) => ({ ...document, version: '2026-99', validFrom: world.clock.now() }))
      .map((document) => ({ ...document, digest: termsDigest(`${document.text}A new clause.\n`) }));
    world.clock.advance(5 * minute);
    const request = await applicant.requestCertificate();
    await world.gateway
      .insertInto('received_call')
      .values({
        ...{ reissue_id: applicant.reissueId, update_id: request.updateId, kind: request.kind },
        ...{ request_hmac: request.requestHmac, received_at: world.clock.now() },
      })
      .execute();
    await claimComplete(applicant);
    const signing = world.signingWith({ terms: [...world.terms, ...next] });
    expect(await refusal(applicant, signing)).toContain('the proof of the consents is missing');
    expect(await refusal(applicant)).toBeUndefined();
  });

  it('The signer requires no new proofs of an older reissue, but its person and its key', async () => {
    const applicant = await arrive('IDENTITY_REQUIRED');
    await world.owner
      .insertInto('reissue_before_verdicts')
      .values({
        ...{ reissue_id: applicant.reissueId, customer_id: applicant.person.customerId! },
        key_thumbprint: applicant.key.thumbprint,
      })
      .execute();
    await claimComplete(applicant, {}, await KeyPair.make());
    expect(await refusal(applicant)).toBe(identity);
    await claimComplete(applicant);
    expect(await refusal(applicant)).toBeUndefined();
  });
});

describe('what came in before envelopes named a key', () => {
  it('An envelope from before envelopes named a key still opens for its step', async () => {
    const applicant = await arrive('PASSWORD_REQUIRED');
    const message = await applicant.submitPassword(undefined, { client: 'other' });
    await world.owner
      .updateTable('vault_item')
      .set({ unbound: true } as never)
      .where('handle', '=', message.password)
      .execute();
    expect(await perform(world, applicant.reissueId, message)).toMatchObject({ status: 'DONE' });
  });

  it('A start with particulars in clear from before they were sealed still opens a reissue', async () => {
    const person = await customer(world);
    const applicant = await Applicant.of(world, person);
    const start = applicant.start();
    expect(start.applicant).toEqual({ name: person.name, mobile: person.mobile });
    await world.activities.startReissue(start);
    expect(await applicant.row()).toMatchObject({
      ...{ applicant_name: person.name, applicant_mobile: person.mobile, customer_id: person.customerId },
    });
  });
});
