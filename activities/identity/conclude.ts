import { endDateForBasis, decideBasis, earlyRevocation, passwordAttempts, type EndCode } from '#libs/domain';
import { certificateOnFile, type CertificateRow } from '#libs/db/certificates';
import { findCustomerRrn, customerByCi, customerById, type CustomerRow } from '#libs/db/customers';
import { passwordCredential, type IdentityMethodRow } from '#libs/db/identity';
import { openReissuesOf, registeredSince } from '#libs/db/reissues';
import { changeStatus } from '#activities/revocation';
import { endReissue, type ReissueChange } from '#activities/step';
import { assessReissue } from './assess.js';
import type { IdentityContext } from './context.js';
import { meetDevice } from './devices.js';

/**
 * Asks the policy whether the person is known now, still missing something, or cannot become known any more.
 * The caller holds the locks on person and reissue.
 *
 * @returns the older reissues of the same person that ended with this
 */
export async function concludeIdentity(context: IdentityContext, change: ReissueChange): Promise<string[]> {
  const { tx, row } = change;
  const { complete, impossible, methods, verified, attemptsLeft } = await assessReissue(context, tx, row);
  change.set({ methods: [...methods], ...(complete ? {} : { identity_attempts: attemptsLeft }) });
  if (impossible) return reject(change, 'IDENTITY_LOCKED', verified);
  if (!complete) return [];

  const customer = row.customer_id ? await customerById(tx, row.customer_id) : undefined;
  if (!customer || verified.some(({ ci }) => ci !== customer.ci))
    return reject(change, 'IDENTITY_MISMATCH', verified, await mismatchOf(change, customer, verified));
  return accept(change, customer, verified);
}

/** Ends the reissue. The customer learns no more than the code; the auditor, what was proved and by which rules. */
function reject(
  change: ReissueChange,
  code: EndCode,
  verified: readonly IdentityMethodRow[],
  details: Readonly<Record<string, unknown>> = {},
): [] {
  change.move('answerChallenges', 'REJECTED', 'reseal.reissue.rejected.v1', { code });
  auditOutcome(change, { outcome: 'REJECTED', reason: code }, verified, details);
  return [];
}

function auditOutcome(
  change: ReissueChange,
  outcome: { readonly outcome: string; readonly reason?: string },
  verified: readonly IdentityMethodRow[],
  details: Readonly<Record<string, unknown>> = {},
): void {
  change.audit({
    actor: 'system',
    action: 'identity',
    ...outcome,
    details: {
      policy: change.row.policy_version,
      verified: verified.map(({ method }) => method),
      ...details,
    },
  });
}

/** Why name, number and CI are not of one person, for the auditor: which methods, and never whom they named. */
async function mismatchOf(
  { tx }: ReissueChange,
  named: CustomerRow | undefined,
  verified: readonly IdentityMethodRow[],
): Promise<Readonly<Record<string, unknown>>> {
  if (named)
    return {
      finding: 'OTHER_PERSON',
      otherPerson: verified.filter(({ ci }) => ci !== named.ci).map(({ method }) => method),
    };
  const cis = new Set(verified.map(({ ci }) => ci));
  if (cis.size > 1) return { finding: 'METHODS_DISAGREE' };
  const [ci] = cis;
  return { finding: ci && (await customerByCi(tx, ci)) ? 'NAMED_OTHERWISE' : 'NOT_A_CUSTOMER' };
}

async function accept(
  change: ReissueChange,
  customer: CustomerRow,
  verified: readonly IdentityMethodRow[],
): Promise<string[]> {
  const { tx, now, row } = change;
  if (!row.identity_verified_at && (await registeredSince(tx, customer.customer_id, row.created_at)))
    return reject(change, 'ANOTHER_REISSUE_REGISTERED', verified);

  const onFile = await certificateOnFile(tx, customer.customer_id);
  // Without the number no VID can be made, so no certificate either: better said now than at the end.
  if (!(await findCustomerRrn(tx, customer.customer_id))) return rejectWithoutRrn(change, onFile, verified);

  const superseded: string[] = [];
  for (const older of await openReissuesOf(tx, customer.customer_id, row.reissue_id)) {
    await endReissue(tx, older, 'supersede', now, { actor: 'system', code: 'SUPERSEDED' });
    superseded.push(older.reissue_id);
  }

  if (!row.identity_verified_at) await meetDevice(change, customer.customer_id);
  const credential = await passwordCredential(tx, customer.customer_id);
  change.set({
    identity_verified_at: row.identity_verified_at ?? now,
    old_serial: onFile?.serial ?? null,
    basis: decideBasis(endOf(onFile), now),
    password_attempts: credential ? Math.max(0, passwordAttempts - credential.wrong_tries) : 0,
  });
  change.move('answerChallenges', 'PASSWORD_REQUIRED', 'reseal.reissue.identity-verified.v1');
  auditOutcome(change, { outcome: 'VERIFIED' }, verified);
  if (onFile) await protectOld(change, onFile);
  if (verified.some(({ method }) => method === 'OLD_CERTIFICATE')) provePassword(change);
  return superseded;
}

/**
 * Whoever signs with the old key has its password. That counts only where the key cannot be in other hands, where the
 * password is not locked, and where the customer does not want a new one.
 */
function provePassword(change: ReissueChange): void {
  const { effective_reason, password_attempts, resetting } = change.row;
  if (effective_reason !== 'EXPIRED' || !password_attempts || resetting) return;
  change.set({ password_verified_at: change.now });
  change.move('passwordProved', 'CONSENT_REQUIRED', 'reseal.reissue.password-verified.v1');
  change.audit({ actor: 'system', action: 'password', outcome: 'PROVED', reason: 'OLD_CERTIFICATE' });
}

/** They get no new certificate; but who they are is known, and what they said of the old one counts. */
async function rejectWithoutRrn(
  change: ReissueChange,
  onFile: CertificateRow | undefined,
  verified: readonly IdentityMethodRow[],
): Promise<[]> {
  const { row, now } = change;
  change.set({
    identity_verified_at: row.identity_verified_at ?? now,
    old_serial: onFile?.serial ?? null,
  });
  reject(change, 'RRN_NOT_ON_FILE', verified);
  if (onFile) await protectOld(change, onFile);
  return [];
}

function endOf(onFile: CertificateRow | undefined): Date | undefined {
  return endDateForBasis(
    onFile && { notAfter: onFile.not_after, revocationReason: onFile.revocation_reason },
  );
}

/** A compromised key is revoked and a lost one put on hold as soon as its holder is known, not later. */
async function protectOld(change: ReissueChange, { serial }: CertificateRow): Promise<void> {
  const early = earlyRevocation(change.row.reason);
  if (!early) return;
  const reason = early === 'REVOKE' ? 'keyCompromise' : 'certificateHold';
  const status = await changeStatus(
    change.tx,
    serial,
    reason === 'keyCompromise' ? { act: 'revoke', reason } : { act: 'hold' },
    change.now,
  );
  if (status.outcome !== 'DONE') return;
  const event = early === 'REVOKE' ? 'reseal.certificate.revoked.v1' : 'reseal.certificate.held.v1';
  change.publishCertificate(event, status.certificate, reason);
  change.audit({
    actor: 'system',
    action: early === 'REVOKE' ? 'revoke' : 'hold',
    outcome: 'DONE',
    reason,
    details: { serial },
  });
  change.notify.push(early === 'REVOKE' ? 'REVOKED' : 'HELD');
}
