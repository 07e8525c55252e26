import { constants, KeyObject, sign, type SignKeyObjectInput } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Updateable } from 'kysely';
import type { Tables } from '#libs/db';
import { identityText, registrationText } from '#libs/domain';
import { answer, ask, findingsOf, lastCode } from '../../world/answers.js';
import { Applicant } from '../../world/applicant.js';
import { day } from '../../world/movable-clock.js';
import { customer, stranger, type Enrolment, type Person } from '../../world/people.js';
import { perform } from '../../world/perform.js';
import { auditOf, eventTypesOf, expectSoundRecords, outcomeOf } from '../../world/records.js';
import { TestIssuer } from '../../world/test-issuer.js';
import { continueTo } from '../../world/walk.js';
import { createWorld, type World } from '../../world/world.js';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world.close());

/** A reissue with a challenge to sign. */
async function arrive(who: Enrolment | Person = {}): Promise<Applicant> {
  const person = 'mobile' in who ? who : await customer(world, who);
  const applicant = await Applicant.of(world, person);
  await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE', 'OLD_CERTIFICATE']));
  return applicant;
}

/** Submits this answer, and returns what the audit trail records about it. */
async function signed(applicant: Applicant, value?: string): Promise<string> {
  await answer(applicant, { OLD_CERTIFICATE: value });
  return (await findingsOf(applicant)).at(-1)!.replace('OLD_CERTIFICATE ', '');
}

async function changeOnFile(
  { oldSerial }: Person,
  columns: Updateable<Tables['certificate']>,
): Promise<void> {
  await world.owner.updateTable('certificate').set(columns).where('serial', '=', oldSerial!).execute();
}

describe('the signature with the old certificate', () => {
  it('The signature with the old certificate covers a text of its own, which names no serial', async () => {
    const applicant = await Applicant.of(world, await customer(world));
    const message = applicant.start(['OLD_CERTIFICATE']);
    await perform(world, applicant.reissueId, message);
    const { challenges } = await outcomeOf(applicant, message.updateId);
    const { challenge_id, nonce } = await applicant.newestChallenge('OLD_CERTIFICATE');
    expect(nonce).toMatch(/^[\w-]{43}$/);
    const toSign = Buffer.from(identityText(applicant.reissueId, challenge_id, nonce!)).toString('base64url');
    expect(challenges).toMatchObject([{ challengeId: challenge_id, hint: '', toSign, remainingAttempts: 5 }]);
  });

  it('The old certificate is accepted after its expiry for as long as the policy allows', async () => {
    expect(await signed(await arrive({ certificateDays: -364 }))).toBe('ACCEPTED');
    expect(await signed(await arrive({ certificateDays: -366 }))).toBe('WRONG EXPIRED_TOO_LONG');
  });

  it.each([
    ['revoked', { revoked_at: new Date(0), revocation_reason: 'superseded' as const }, 'REVOKED'],
    ['on hold', { hold_at: new Date(0) }, 'ON_HOLD'],
    ['on file no longer', { on_file: false }, 'NO_CERTIFICATE'],
  ])('The old certificate is refused when it is %s, without a reason', async (_what, columns, finding) => {
    const person = await customer(world);
    await changeOnFile(person, columns);
    const applicant = await arrive(person);
    expect(await answer(applicant, { OLD_CERTIFICATE: undefined })).toEqual(['WRONG']);
    expect(await findingsOf(applicant)).toEqual([`OLD_CERTIFICATE WRONG ${finding}`]);
  });

  it('The certificate of another person, or another key, is refused', async () => {
    const [applicant, other] = [await arrive(), await customer(world)];
    const { oldKey: key, oldCertificate: certificate } = other;
    const answers = [
      [await applicant.signedWithOld({ key, certificate }), 'WRONG OTHER_CERTIFICATE'],
      [await applicant.signedWithOld({ certificate }), 'WRONG OTHER_CERTIFICATE'],
      [await applicant.signedWithOld({ key }), 'WRONG SIGNATURE_WRONG'],
    ] as const;
    for (const [value, expected] of answers) expect(await signed(applicant, value)).toBe(expected);
  });

  it('A signature over other bytes is refused', async () => {
    const person = await customer(world);
    const [applicant, other] = [await arrive(person), await arrive(person)];
    const { reissueId } = applicant;
    const mine = await applicant.newestChallenge('OLD_CERTIFICATE');
    const theirs = await other.newestChallenge('OLD_CERTIFICATE');
    const texts = [
      mine.nonce!,
      identityText(reissueId, mine.challenge_id, theirs.nonce!),
      identityText(reissueId, theirs.challenge_id, mine.nonce!),
      identityText(other.reissueId, theirs.challenge_id, theirs.nonce!),
    ];
    for (const text of texts)
      expect(await signed(applicant, await applicant.signedWithOld({ text }))).toBe('WRONG SIGNATURE_WRONG');
    // The same values, in the text of another purpose.
    const text = registrationText(other.reissueId, theirs.challenge_id, theirs.nonce!);
    expect(await signed(other, await other.signedWithOld({ text }))).toBe('WRONG SIGNATURE_WRONG');
  });

  it('A signature over a replaced challenge is refused', async () => {
    const applicant = await arrive();
    const before = await applicant.rightAnswer('OLD_CERTIFICATE');
    await ask(applicant, ['OLD_CERTIFICATE']);
    expect(await signed(applicant, before)).toBe('WRONG SIGNATURE_WRONG');
    expect(await signed(applicant)).toBe('ACCEPTED');
  });

  it('An answer with the old certificate in a wrong form is refused and costs no try', async () => {
    const applicant = await arrive();
    expect(await answer(applicant, { OLD_CERTIFICATE: '123456' })).toEqual(['ANSWER_MALFORMED']);
    expect(await applicant.row()).toMatchObject({ identity_attempts: 5 });
  });

  it('An answer with the old certificate may hold PEM with line breaks and padded base64', async () => {
    const applicant = await arrive();
    const right = await applicant.rightAnswer('OLD_CERTIFICATE');
    const { certificate, signature } = JSON.parse(right) as Record<'certificate' | 'signature', string>;
    const lines = certificate.replace(/.{64}/g, '$&\r\n');
    const written = {
      certificate: `Bag Attributes\n-----BEGIN CERTIFICATE-----\r\n${lines}\r\n-----END CERTIFICATE-----\r\n`,
      signature: Buffer.from(signature, 'base64url').toString('base64'),
    };
    expect(await signed(applicant, JSON.stringify(written))).toBe('ACCEPTED');
  });

  it('The right certificate with one byte more or less is refused', async () => {
    const applicant = await arrive();
    const der = applicant.person.oldCertificate!;
    for (const certificate of [Buffer.concat([der, Buffer.alloc(1)]), der.subarray(0, -1)])
      expect(await signed(applicant, await applicant.signedWithOld({ certificate }))).toBe(
        'WRONG OTHER_CERTIFICATE',
      );
  });

  it.each([
    ['has no certificate', async () => customer(world, { certificateDays: 'none' }), 'NO_CERTIFICATE'],
    ['is unknown to the bank', async () => stranger(world), 'NOT_A_CUSTOMER'],
  ] as const)(
    'A person who %s gets the usual refusal of the old certificate',
    async (_who, make, finding) => {
      const applicant = await arrive(await make());
      const { oldKey: key, oldCertificate: certificate } = await customer(world);
      const value = await applicant.signedWithOld({ key, certificate });
      expect(await answer(applicant, { OLD_CERTIFICATE: value })).toEqual(['WRONG']);
      expect(await findingsOf(applicant)).toEqual([`OLD_CERTIFICATE WRONG ${finding}`]);
    },
  );
});

describe('the chain of an old certificate', () => {
  const issuer = TestIssuer.make('CN=Spec Issuing CA,O=reseal-test,C=KR');
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };

  /** Creates a person whose stored certificate is this one. */
  async function holderOf(certificate: Buffer, issuedBy: string): Promise<Person> {
    const person = await customer(world);
    await changeOnFile(person, { der: certificate, issuer: issuedBy });
    return { ...person, oldCertificate: certificate };
  }

  it('An old certificate may chain to an earlier issuing CA and have an RSA key, which signs with PKCS#1 only', async () => {
    const known = await issuer;
    await known.makeKnown(world);
    const { privateKey, publicKey } = await crypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
    const signer = KeyObject.from(privateKey);
    const person = await holderOf(await known.certify(publicKey), known.subject);
    const by = (options: Partial<SignKeyObjectInput>) => ({
      sign: (bytes: Uint8Array) => sign('sha256', bytes, { key: signer, ...options }),
    });
    const applicant = await arrive(person);
    const pss = await applicant.signedWithOld({ key: by({ padding: constants.RSA_PKCS1_PSS_PADDING }) });
    expect(await signed(applicant, pss)).toBe('WRONG SIGNATURE_WRONG');
    expect(await signed(applicant, await applicant.signedWithOld({ key: by({}) }))).toBe('ACCEPTED');
  });

  it('An EC signature in another encoding is refused', async () => {
    const applicant = await arrive();
    const key = applicant.person.oldKey!.privateKeyPem();
    const raw = { sign: (bytes: Uint8Array) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }) };
    expect(await signed(applicant, await applicant.signedWithOld({ key: raw }))).toBe(
      'WRONG SIGNATURE_WRONG',
    );
  });

  it('An old certificate of another issuer with the same name is refused', async () => {
    const known = await TestIssuer.make('CN=Spec Issuing CA 2,O=reseal-test,C=KR');
    await known.makeKnown(world);
    const forger = await TestIssuer.make(known.subject);
    const keys = await crypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
    const person = await holderOf(await forger.certify(keys.publicKey), known.subject);
    expect(await signed(await arrive(person))).toBe('WRONG NOT_OF_OUR_ISSUER');
  });

  it('An old certificate is refused if its issuer is unknown or the issuer’s root is another', async () => {
    const { publicKey } = await crypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
    const unknown = await TestIssuer.make('CN=Unknown,C=KR');
    const rootless = await TestIssuer.make('CN=Spec Issuing CA 3,O=reseal-test,C=KR');
    await rootless.makeKnown(world, (await TestIssuer.make(rootless.subject)).root);
    for (const maker of [unknown, rootless]) {
      const person = await holderOf(await maker.certify(publicKey), maker.subject);
      expect(await signed(await arrive(person))).toBe('WRONG NOT_OF_OUR_ISSUER');
    }
  });
});

describe('an applicant who signs with the old key', () => {
  const both = { PHONE_CODE: undefined, OLD_CERTIFICATE: undefined };

  it('A signature with the old key proves the password too', async () => {
    const applicant = await arrive();
    await answer(applicant, both);
    expect(await applicant.row()).toMatchObject({ state: 'CONSENT_REQUIRED', password_attempts: 5 });
    expect((await applicant.row()).password_verified_at).toEqual(world.clock.now());
    expect((await eventTypesOf(applicant)).slice(-2)).toEqual([
      'reissue.identity-verified',
      'reissue.password-verified',
    ]);
    const entries = await auditOf(applicant);
    expect(entries.map(({ action, reason }) => `${action} ${reason}`)).toContain('password OLD_CERTIFICATE');
    await continueTo(applicant, 'REGISTERED');
    await expectSoundRecords(applicant);
  });

  it.each([
    ['is locked', { wrong_tries: 5 }, 0],
    ['has one try left', { wrong_tries: 4 }, 1],
  ])(
    'A signature with the old key proves a password that %s only if it is not locked',
    async (_how, columns, left) => {
      const person = await customer(world);
      await world.owner
        .updateTable('password_credential')
        .set(columns)
        .where('customer_id', '=', person.customerId!)
        .execute();
      const applicant = await arrive(person);
      await answer(applicant, both);
      expect(await applicant.row()).toMatchObject({
        state: left > 0 ? 'CONSENT_REQUIRED' : 'PASSWORD_REQUIRED',
        password_attempts: left,
      });
    },
  );

  it('A signature with the old key proves no password if there is none', async () => {
    const applicant = await arrive({ withoutPassword: true });
    await answer(applicant, both);
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
  });

  it('A customer enters the password if the identity is verified without the old certificate', async () => {
    const applicant = await arrive();
    await ask(applicant, ['ONE_WON']);
    await answer(applicant, { PHONE_CODE: undefined, ONE_WON: undefined });
    expect((await applicant.row()).state).toBe('PASSWORD_REQUIRED');
  });

  it.each(['LOST', 'PASSWORD_FORGOTTEN', 'KEY_COMPROMISED'] as const)(
    'A customer who used the old certificate is not asked for the password when it is %s',
    async (reason) => {
      const applicant = await Applicant.of(world, await customer(world), { reason });
      await perform(world, applicant.reissueId, applicant.start(['PHONE_CODE']));
      expect(await ask(applicant, ['OLD_CERTIFICATE'])).toBe('METHOD_NOT_OFFERED');
    },
  );

  it('An old certificate that is revoked before identity is verified proves nothing', async () => {
    const applicant = await arrive();
    expect(await answer(applicant, { OLD_CERTIFICATE: undefined })).toEqual(['ACCEPTED']);
    await changeOnFile(applicant.person, { hold_at: world.clock.now() });
    world.clock.advance(day / 1440);
    await answer(applicant, { PHONE_CODE: undefined });
    expect(await applicant.row()).toMatchObject({
      state: 'IDENTITY_REQUIRED',
      methods: ['ONE_WON', 'ID_DOCUMENT'],
    });
    await ask(applicant, ['ID_DOCUMENT']);
    await answer(applicant, { ID_DOCUMENT: undefined });
    expect(await applicant.row()).toMatchObject({ state: 'PASSWORD_REQUIRED' });
    expect(await lastCode(applicant)).toBeUndefined();
  });
});
