import {
  digestOf,
  digitsOfSubject,
  validity,
  type DistinguishedName,
  type RefusedRequest,
  type RequestedKey,
  type RequestRefusal,
} from '#libs/ca';
import {
  abandonIntent,
  appendAudit,
  certificateOnFile,
  insertIntent,
  liveCertificateOf,
  lockCustomer,
  lockReissue,
  standingOfKey,
  storeSigned,
  type CertificateRow,
  type CustomerRow,
  type ReissueRow,
  type Tx,
} from '#libs/db';
import { decideBasis, endThatCounts } from '#libs/domain';
import { build, newSubject } from './build.js';
import { intentLifetimeMs, type IssueOutcome, type SigningPorts } from './ports.js';

/** What the first transaction of an issue came to. */
export type Prepared =
  | { readonly kind: 'settled'; readonly result: IssueOutcome }
  | { readonly kind: 'notAuthorised'; readonly lacks: string }
  | { readonly kind: 'underWay'; readonly retryInMs: number }
  | { readonly kind: 'intended'; readonly serial: string; readonly tbs: Buffer };

/** Decides under the locks whether to sign, and what; if so, writes the intent. */
export async function prepare(
  tx: Tx,
  ports: SigningPorts,
  asked: ReissueRow,
  request: RequestedKey | RefusedRequest,
): Promise<Prepared> {
  const now = ports.clock();
  const reissueId = asked.reissue_id;
  const { reissue, customer } = await lock(tx, asked);

  const live = await liveCertificateOf(tx, reissueId);
  if (live?.state === 'STORED')
    return { kind: 'settled', result: { outcome: 'ISSUED', serial: live.serial } };
  if (live) {
    const age = now.getTime() - live.created_at.getTime();
    if (age < intentLifetimeMs) return { kind: 'underWay', retryInMs: intentLifetimeMs - age };
    await abandonAndTell(tx, reissueId, live.serial, now);
  }

  const lacks = whatIsMissing(reissue, customer, asked);
  if (lacks || !customer || !reissue.virtual_id)
    return refuseAuthorisation(tx, reissueId, lacks ?? 'the VID', now);
  if (!request.ok) return refuse(tx, reissueId, request.code, now);
  const keyRefusal = await refusalOfKey(tx, request, reissueId);
  if (keyRefusal) return refuse(tx, reissueId, keyRefusal, now);

  const onFile = await certificateOnFile(tx, customer.customer_id);
  const oldEnd = endThatCounts(
    onFile && { notAfter: onFile.not_after, revocationReason: onFile.revocation_reason },
  );
  const basis = decideBasis(oldEnd, now);
  const { tbs, columns } = build(ports, {
    subject: subjectOf(customer, onFile, ports, now),
    validity: validity(basis, oldEnd, now, ports.profile.validityYears),
    request,
    realName: customer.name,
    virtualId: reissue.virtual_id,
  });
  const { serial } = columns;
  await insertIntent(tx, {
    ...columns,
    reissue_id: reissueId,
    customer_id: customer.customer_id,
    basis,
    created_at: now,
  });
  await tell(tx, reissueId, 'INTENDED', now, { serial, tbsDigest: columns.tbs_digest });
  return { kind: 'intended', serial, tbs };
}

/** Stores a signed certificate if its intent stands and the reissue still waits for it; answers whether it did. */
export async function store(
  tx: Tx,
  asked: ReissueRow,
  serial: string,
  der: Buffer,
  now: Date,
): Promise<boolean> {
  const { reissue } = await lock(tx, asked);
  if (reissue.state !== 'ISSUING' || !(await storeSigned(tx, serial, der, now))) return false;
  await tell(tx, asked.reissue_id, 'DONE', now, { serial, certificateDigest: digestOf(der) });
  return true;
}

/** Gives up an intent that is still open. */
export async function abandon(tx: Tx, asked: ReissueRow, serial: string, now: Date): Promise<void> {
  await lock(tx, asked);
  await abandonAndTell(tx, asked.reissue_id, serial, now);
}

async function abandonAndTell(tx: Tx, reissueId: string, serial: string, now: Date): Promise<void> {
  if (await abandonIntent(tx, serial, now)) await tell(tx, reissueId, 'ABANDONED', now, { serial });
}

/** The person, then the reissue: the order in which everyone takes these locks. */
async function lock(
  tx: Tx,
  { reissue_id: reissueId, customer_id: customerId }: ReissueRow,
): Promise<{ reissue: ReissueRow; customer: CustomerRow | undefined }> {
  const customer = customerId ? await lockCustomer(tx, customerId) : undefined;
  const reissue = await lockReissue(tx, reissueId);
  if (!reissue) throw new Error('the reissue has no row');
  return { reissue, customer };
}

function whatIsMissing(
  reissue: ReissueRow,
  customer: CustomerRow | undefined,
  asked: ReissueRow,
): string | undefined {
  if (reissue.state !== 'ISSUING') return `it is ${reissue.state}`;
  if (!customer || reissue.customer_id !== customer.customer_id) return 'the customer';
  if (!reissue.identity_verified_at) return 'the identity verification';
  if (!reissue.password_verified_at) return 'the certificate password';
  if (!reissue.consents_completed_at) return 'the consents';
  if (reissue.csr !== asked.csr || reissue.key_thumbprint !== asked.key_thumbprint) {
    return 'the request that was checked';
  }
  return undefined;
}

async function refusalOfKey(
  tx: Tx,
  key: RequestedKey,
  reissueId: string,
): Promise<RequestRefusal | undefined> {
  const standing = await standingOfKey(tx, key.spkiSha256, reissueId);
  if (standing === 'BLOCKED') return 'KEY_BLOCKED';
  return standing === 'USED' ? 'KEY_ALREADY_USED' : undefined;
}

/** A holder keeps the digits of their name for as long as there is a certificate on file to take them from. */
function subjectOf(
  customer: CustomerRow,
  onFile: CertificateRow | undefined,
  ports: SigningPorts,
  now: Date,
): DistinguishedName {
  const kept = onFile && digitsOfSubject(onFile.subject);
  return newSubject(customer.name, ports, now, kept);
}

async function refuse(tx: Tx, reissueId: string, code: RequestRefusal, now: Date): Promise<Prepared> {
  await tell(tx, reissueId, 'REFUSED', now, {}, code);
  return { kind: 'settled', result: { outcome: 'REFUSED', code } };
}

async function refuseAuthorisation(tx: Tx, reissueId: string, lacks: string, now: Date): Promise<Prepared> {
  await tell(tx, reissueId, 'REFUSED', now, { lacks }, 'NOT_AUTHORISED');
  return { kind: 'notAuthorised', lacks };
}

/** Every use of the CA key, and every refusal to use it, stands in the audit trail of the reissue. */
async function tell(
  tx: Tx,
  reissueId: string,
  outcome: 'INTENDED' | 'DONE' | 'ABANDONED' | 'REFUSED',
  now: Date,
  details: Record<string, string>,
  reason?: string,
): Promise<void> {
  await appendAudit(tx, reissueId, {
    actor: 'signer',
    action: 'signCertificate',
    outcome,
    reason: reason ?? null,
    details,
    occurred_at: now,
  });
}
