import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { inTransaction, type Database, type NewReissue } from '#libs/db';

/** Rows of one statement; PostgreSQL takes 65,535 parameters in all. */
const chunk = 500;

/**
 * Inserts reissues that wait for nothing but the CA: identity, password and consents are complete, a request for a
 * P-256 key of its own lies there. Each belongs to a customer of its own, who has no certificate yet. A thousand and
 * more a second.
 *
 * @param owner as a role that may write `customer` and `reissue`
 * @param apiKeyName marks the rows, for whoever wants to find them again
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

/** RFC 7638. */
function thumbprint(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

/** A PKCS#10 request (RFC 2986) with an empty subject, in PEM. By hand, because libraries take 1 ms for one. */
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

/** One element of DER with less than 256 bytes of content. */
function element(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
