import {
  assessIdentity,
  endThatCounts,
  decideBasis,
  earlyRevocation,
  passwordAttempts,
  type EndCode,
  type IdentityMethod,
} from '#libs/domain';
import {
  certificateOnFile,
  customerRrn,
  customerById,
  identityMethodsOf,
  openReissuesOf,
  passwordCredential,
  registeredSince,
  type CertificateRow,
  type CustomerRow,
  type IdentityMethodRow,
} from '#libs/db';
import { changeStatus } from '#activities/revocation';
import { endReissue, type ReissueChange } from '#activities/step';
import { limitsOf } from './challenges.js';
import type { IdentityContext } from './context.js';

/**
 * Asks the policy whether the person is known now, still missing something, or cannot become known any more.
 * The caller holds the locks on person and reissue.
 *
 * @returns the older reissues of the same person that ended with this
 */
export async function concludeIdentity(context: IdentityContext, change: ReissueChange): Promise<string[]> {
  const methods = await identityMethodsOf(change.tx, change.row.reissue_id);
  const {
    complete,
    impossible,
    methods: offered,
  } = assessIdentity(context.policy, change.row.effective_reason, context.availableMethods, {
    verified: methods.filter((each) => each.verified_at).map((each) => each.method),
    locked: methods.filter((each) => each.locked).map((each) => each.method),
    resetting: change.row.resetting,
  });
  change.set({
    methods: [...offered],
    ...(complete ? {} : { identity_attempts: attemptsLeft(context, methods, offered) }),
  });
  if (impossible) return reject(change, 'IDENTITY_LOCKED');
  if (!complete) return [];

  const customer = change.row.customer_id ? await customerById(change.tx, change.row.customer_id) : undefined;
  const cis = methods.flatMap((each) => (each.verified_at ? [each.ci] : []));
  if (!customer || cis.some((ci) => ci !== customer.ci)) return reject(change, 'IDENTITY_MISMATCH');
  return accept(change, customer);
}

function reject(change: ReissueChange, code: EndCode): [] {
  change.move('answerChallenges', 'REJECTED', 'reseal.reissue.rejected.v1', { code });
  change.audit({ actor: 'system', action: 'identity', outcome: 'REJECTED', reason: code });
  return [];
}

async function accept(change: ReissueChange, customer: CustomerRow): Promise<string[]> {
  const { tx, now, row } = change;
  if (!row.identity_verified_at && (await registeredSince(tx, customer.customer_id, row.created_at)))
    return reject(change, 'ANOTHER_REISSUE_REGISTERED');

  const onFile = await certificateOnFile(tx, customer.customer_id);
  // Without the number no VID can be made, so no certificate either: better said now than at the end.
  if (!(await customerRrn(tx, customer.customer_id))) return rejectWithoutRrn(change, onFile);

  const superseded: string[] = [];
  for (const older of await openReissuesOf(tx, customer.customer_id, row.reissue_id)) {
    await endReissue(tx, older, 'supersede', now, { actor: 'system', code: 'SUPERSEDED' });
    superseded.push(older.reissue_id);
  }

  const credential = await passwordCredential(tx, customer.customer_id);
  change.set({
    identity_verified_at: row.identity_verified_at ?? now,
    old_serial: onFile?.serial ?? null,
    basis: decideBasis(endOf(onFile), now),
    password_attempts: credential ? Math.max(0, passwordAttempts - credential.wrong_tries) : 0,
  });
  change.move('answerChallenges', 'PASSWORD_REQUIRED', 'reseal.reissue.identity-verified.v1');
  if (onFile) await protectOld(change, onFile);
  return superseded;
}

/** They get no new certificate; but who they are is known, and what they said of the old one counts. */
async function rejectWithoutRrn(change: ReissueChange, onFile: CertificateRow | undefined): Promise<[]> {
  const { row, now } = change;
  change.set({
    identity_verified_at: row.identity_verified_at ?? now,
    old_serial: onFile?.serial ?? null,
  });
  reject(change, 'RRN_NOT_ON_FILE');
  if (onFile) await protectOld(change, onFile);
  return [];
}

function endOf(onFile: CertificateRow | undefined): Date | undefined {
  return endThatCounts(onFile && { notAfter: onFile.not_after, revocationReason: onFile.revocation_reason });
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
  change.announceCertificate(event, status.certificate, reason);
  change.audit({
    actor: 'system',
    action: early === 'REVOKE' ? 'revoke' : 'hold',
    outcome: 'DONE',
    reason,
    details: { serial },
  });
  change.notify.push(early === 'REVOKE' ? 'REVOKED' : 'HELD');
}

/** Tries left on the offered method with the fewest. */
export function attemptsLeft(
  context: Pick<IdentityContext, 'policy'>,
  methods: readonly IdentityMethodRow[],
  offered: readonly IdentityMethod[],
): number {
  const left = offered.map((method) => {
    const used = methods.find((each) => each.method === method)?.tries ?? 0;
    return Math.max(0, limitsOf(context, method).attempts - used);
  });
  return left.length > 0 ? Math.min(...left) : 0;
}
