import { crlShardOf } from '#libs/ca';
import type { Tx } from '#libs/db';
import { issuersInUse, writeRevocation, type NewCertificate } from '#libs/db/certificates';
import type { CustomerRow } from '#libs/db/customers';
import type { NewReissue } from '#libs/db/reissues';
import type { ReissueEventData } from '#libs/contracts';
import { unknownCustomerId } from '#libs/domain';
import type { CertificateJournalEntry } from '#libs/signer-journal';
import type { ReissueFacts } from './facts.js';

/** Value of a recreated column whose original is lost. */
const placeholder = 'lost';

/** The initial row of a reissue that the database has lost. */
export function initialRow(
  { reissueId, workflow, events, signed }: ReissueFacts,
  customer: CustomerRow | undefined,
  now: Date,
): NewReissue {
  const start = workflow?.start;
  const published = events.at(-1)?.data as Partial<ReissueEventData> | undefined;
  const reason = start?.reason ?? published?.reason ?? 'EXPIRED';
  const signedAt = signed[0] && new Date(signed[0].createdAt);
  return {
    reissue_id: reissueId,
    ...(published?.receiptNumber ? { receipt_number: published.receiptNumber } : {}),
    api_key_name: start?.apiKeyName ?? placeholder,
    reason,
    state: 'IDENTITY_REQUIRED',
    applicant_name: customer?.name ?? '',
    applicant_mobile: customer?.mobile ?? null,
    person_key: placeholder,
    customer_id: customer?.customer_id ?? null,
    customer_ref: customer?.customer_ref ?? published?.customerRef ?? workflow?.customerRef ?? placeholder,
    key_thumbprint: start?.keyThumbprint ?? placeholder,
    effective_reason: reason,
    policy_version: placeholder,
    methods: [],
    identity_attempts: 0,
    created_at: workflow?.startedAt ?? events[0]?.occurredAt ?? signedAt ?? now,
    updated_at: now,
  };
}

/**
 * Inserts a certificate of a signer's journal into the database. The caller holds the lock on its reissue.
 *
 * @param revokedAt set if the certificate must not be used; the row then has no DER, like that of a discarded signature
 */
export async function insertRecovered(
  tx: Tx,
  entry: CertificateJournalEntry,
  revokedAt?: Date,
): Promise<void> {
  const certificate: NewCertificate = {
    serial: entry.serial,
    reissue_id: entry.reissueId,
    customer_id: entry.customerId,
    issuer: entry.issuer,
    profile: entry.profile,
    profile_digest: entry.profileDigest,
    policy: entry.policy,
    basis: entry.basis,
    state: revokedAt ? 'ABANDONED' : 'STORED',
    subject: entry.subject,
    spki_sha256: entry.spkiSha256,
    tbs_digest: entry.tbsDigest,
    crl_shard: entry.crlShard,
    not_before: new Date(entry.notBefore),
    not_after: new Date(entry.notAfter),
    der: revokedAt ? null : Buffer.from(entry.der, 'base64'),
    created_at: new Date(entry.createdAt),
    stored_at: revokedAt ? null : new Date(entry.at),
  };
  await tx.insertInto('certificate').values(certificate).execute();
  // As an update, so that triggers queue the status for a CRL and publish it.
  if (revokedAt) await writeRevocation(tx, entry.serial, { reason: 'cessationOfOperation', at: revokedAt });
}

/**
 * Inserts and revokes a certificate of which only the serial number is known, because no journal has the certificate.
 *
 * @returns false if no issuing CA is in use
 */
export async function insertLost(
  tx: Tx,
  { serial, reissueId }: { readonly serial: string; readonly reissueId: string },
  customer: CustomerRow | undefined,
  at: Date,
): Promise<boolean> {
  const [issuer] = await issuersInUse(tx, at);
  if (!issuer) return false;
  const certificate: NewCertificate = {
    serial,
    reissue_id: reissueId,
    customer_id: customer?.customer_id ?? unknownCustomerId,
    issuer: issuer.subject,
    profile: placeholder,
    profile_digest: placeholder,
    policy: placeholder,
    basis: 'NEW',
    state: 'ABANDONED',
    subject: placeholder,
    spki_sha256: placeholder,
    tbs_digest: placeholder,
    crl_shard: crlShardOf(serial, issuer.crl_shards),
    not_before: at,
    not_after: issuer.not_after,
    created_at: at,
  };
  await tx.insertInto('certificate').values(certificate).execute();
  await writeRevocation(tx, serial, { reason: 'cessationOfOperation', at });
  return true;
}
