import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { inTransaction, type Database, type Tx } from '#libs/db';
import type { NewReissue } from '#libs/db/reissues';
import { defaultIdentityPolicy, pinnedRuleOf } from '#libs/domain';
import { loadTerms, termsInForce } from '#libs/terms';

/** Rows of one statement. PostgreSQL takes 65,535 parameters at most. */
const chunk = 500;
const terms = loadTerms();
const methods = ['PHONE_CODE', 'ONE_WON'] as const;

/**
 * Inserts reissues that are ready to be signed: identity, password and consents are proved, and each has a request for its
 * own P-256 key. Each belongs to another customer, who has no certificate yet. Inserts more than a thousand a second.
 *
 * @param owner with a role that may write `customer` and `reissue`
 * @param apiKeyName marks the rows, so that a query can find them
 * @returns the ids of the reissues
 */
export async function insertReadyReissues(
  owner: Database,
  count: number,
  { at = new Date(), apiKeyName = 'bench' }: { at?: Date; apiKeyName?: string } = {},
): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const reissues = Array.from({ length: Math.min(chunk, count - ids.length) }, () =>
      readyReissue(randomUUID(), apiKeyName, at),
    );
    await inTransaction(owner, async (tx) => {
      const customers = reissues.map(({ customer_id: customerId }) => sampleCustomer(customerId!, at));
      await tx.insertInto('customer').values(customers).execute();
      await tx.insertInto('reissue').values(reissues).execute();
      await insertProofs(
        tx,
        reissues,
        new Map(customers.map(({ customer_id, ci }) => [customer_id, ci])),
        at,
      );
    });
    ids.push(...reissues.map((reissue) => reissue.reissue_id));
  }
  return ids;
}

const name = '김견본';
const mobile = '01000000000';

const sampleCustomer = (customerId: string, at: Date) => ({
  customer_id: customerId,
  customer_ref: randomUUID(),
  ci: randomBytes(64).toString('base64'),
  name,
  mobile,
  email: null,
  bank_code: '999',
  account_number: '100000000000',
  created_at: at,
});

function readyReissue(customerId: string, apiKeyName: string, at: Date): NewReissue {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    reissue_id: `ri_${randomBytes(16).toString('hex')}`,
    api_key_name: apiKeyName,
    reason: 'EXPIRED',
    state: 'ISSUING',
    applicant_name: name,
    applicant_mobile: mobile,
    person_key: randomUUID(),
    customer_id: customerId,
    customer_ref: randomUUID(),
    key_thumbprint: thumbprint(keys.publicKey),
    effective_reason: 'EXPIRED',
    policy_version: '1',
    identity_rule: JSON.stringify(pinnedRuleOf(defaultIdentityPolicy, 'EXPIRED', undefined)),
    methods: [],
    identity_attempts: 5,
    csr: certificateRequest(keys),
    virtual_id: randomBytes(32),
    identity_verified_at: at,
    password_verified_at: at,
    consents_completed_at: at,
    created_at: at,
    updated_at: at,
  };
}

/** Inserts the proofs that gateway and worker record of each call. */
async function insertProofs(
  tx: Tx,
  reissues: readonly NewReissue[],
  cis: ReadonlyMap<string, string>,
  at: Date,
): Promise<void> {
  const challengeOf = (reissueId: string, method: string) => `ch_${reissueId}_${method}`;
  const answers = reissues.flatMap(({ reissue_id, customer_id, key_thumbprint }) =>
    methods.map((method) => ({ reissue_id, key_thumbprint, method, ci: cis.get(customer_id!)! })),
  );
  const challenges = answers.map(({ reissue_id, method }) => ({
    ...{ challenge_id: challengeOf(reissue_id, method), reissue_id, update_id: 'start', method },
    ...{ transaction_id: randomUUID(), hint: '', state: 'ACCEPTED' as const, deliverable: true },
    ...{ expires_at: at, created_at: at },
  }));
  const tries = answers.map(({ reissue_id, method, ci }) => ({
    ...{ reissue_id, update_id: 'answer', challenge_id: challengeOf(reissue_id, method), ci },
    ...{ state: 'GRANTED' as const, verdict: 'MATCHED' as const },
  }));
  const passwords = reissues.map(({ reissue_id }) => ({
    ...{ reissue_id, update_id: 'password', granted: true, verdict: 'MATCHED' as const },
  }));
  const envelopes = [
    ...answers.map(({ reissue_id, key_thumbprint, method }) => ({
      ...{
        reissue_id,
        key_thumbprint,
        jti: method,
        handle: method,
        update_id: 'answer',
        purpose: 'identity' as const,
      },
      challenge_id: challengeOf(reissue_id, method),
    })),
    ...reissues.map(({ reissue_id, key_thumbprint }) => ({
      ...{ reissue_id, key_thumbprint, jti: 'password', handle: 'password', update_id: 'password' },
      ...{ purpose: 'password' as const, challenge_id: null },
    })),
  ];
  const calls = reissues.flatMap(({ reissue_id }) =>
    (['giveConsents', 'requestCertificate'] as const).map((kind) => ({
      ...{ reissue_id, update_id: kind, kind, request_hmac: kind, received_at: at },
    })),
  );
  const consents = reissues.flatMap(({ reissue_id }) =>
    termsInForce(terms, 'issuance', 'ko', at).map(({ termsId, version, digest }) => ({
      ...{ reissue_id, terms_id: termsId, version, digest, locale: 'ko' as const, agreed: true },
      ...{ address: '192.0.2.1', agent: 'bench', update_id: 'giveConsents', recorded_at: at },
    })),
  );
  await tx.insertInto('challenge').values(challenges).execute();
  await tx.insertInto('identity_try').values(tries).execute();
  await tx.insertInto('password_try').values(passwords).execute();
  await tx.insertInto('vault_envelope').values(envelopes).execute();
  await tx.insertInto('received_call').values(calls).execute();
  await tx.insertInto('consent').values(consents).execute();
}

/** RFC 7638. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** A PKCS#10 request (RFC 2986) with an empty subject, in PEM. Encoded here, because a library takes 1 ms. */
function certificateRequest({
  publicKey,
  privateKey,
}: {
  publicKey: KeyObject;
  privateKey: KeyObject;
}): string {
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const version = Buffer.from('020100', 'hex');
  const emptyName = Buffer.from('3000', 'hex');
  const noAttributes = Buffer.from('a000', 'hex');
  const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
  const info = element(0x30, version, emptyName, spki, noAttributes);
  const signature = element(0x03, Buffer.from([0]), sign('sha256', info, privateKey));
  const der = element(0x30, info, ecdsaWithSha256, signature);
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** A DER element with less than 256 bytes of content. */
function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
