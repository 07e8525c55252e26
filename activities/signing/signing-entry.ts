import type { AuditEntryOf } from '#libs/db/audit';

/** An audit entry about a use of the CA key, or about a refusal to use it. */
export function signingEntry(
  reissueId: string,
  outcome: 'INTENDED' | 'DONE' | 'ABANDONED' | 'REFUSED',
  now: Date,
  details: Record<string, string>,
  reason?: string,
): AuditEntryOf {
  return {
    reissueId,
    actor: 'signer',
    action: 'signCertificate',
    outcome,
    reason,
    details,
    occurred_at: now,
  };
}
