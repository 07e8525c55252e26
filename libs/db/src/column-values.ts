import {
  bases,
  blockReasons,
  blockSources,
  carriers,
  endCodes,
  identifierKinds,
  identityMethods,
  notificationKinds,
  operationKinds,
  operationStates,
  parkableSteps,
  parkCodes,
  provenActs,
  reasons,
  revocationReasons,
  states,
} from '#libs/domain';
import { termsLocales } from '#libs/terms';
import { envelopePurposes } from '#libs/vault';

/**
 * The values of each column that holds one of a fixed set. A CHECK constraint has the same list, so a new value needs a
 * migration that replaces the constraint.
 */
export const columnValues = {
  'authority_entry.outcome': ['STARTED', 'DONE', 'FAILED', 'REFUSED', 'MATCHED', 'MISMATCHED'],
  'certificate.basis': bases,
  'certificate.revocation_reason': revocationReasons,
  'certificate.state': ['INTENT', 'STORED', 'ABANDONED'],
  'certificate_transfer.state': ['OPEN', 'JOINED', 'SENT', 'RECEIVED', 'FAILED'],
  'challenge.method': identityMethods,
  'challenge.state': ['PREPARED', 'SENT', 'ACCEPTED', 'REPLACED'],
  'consent.act': ['GIVEN', 'WITHDRAWN'],
  'consent.locale': termsLocales,
  'customer.carrier': carriers,
  'customer_rrn.sealed_by': ['REGISTRY', 'CUSTOMER'],
  'expiry_announcement.outcome': ['SENT', 'NOT_SENT', 'OPTED_OUT', 'OUTDATED'],
  'identity_day.method': identityMethods,
  'identity_method.method': identityMethods,
  'identity_photo.sealed_by': ['VAULT', 'CUSTOMER'],
  'identity_try.state': ['GRANTED', 'LOCKED', 'EXPIRED'],
  'identity_try.verdict': ['MATCHED', 'MISMATCHED', 'EXPIRED'],
  'notification.channel': ['SMS', 'MAIL'],
  'notification_outbox.kind': notificationKinds,
  'operation.kind': operationKinds,
  'operation.state': operationStates,
  'operation_approval.decision': ['APPROVED', 'REJECTED'],
  'operation_item.notice': ['SENT', 'NO_CONTACT', 'NOT_SENT'],
  'operation_proof.act': provenActs,
  'password_try.verdict': ['MATCHED', 'MISMATCHED', 'RESET'],
  'reissue.applicant_by': identifierKinds,
  'reissue.applicant_carrier': carriers,
  'reissue.basis': bases,
  'reissue.effective_reason': reasons,
  'reissue.end_code': endCodes,
  'reissue.methods': identityMethods,
  'reissue.parked_code': parkCodes,
  'reissue.parked_step': parkableSteps,
  'reissue.reason': reasons,
  'reissue.state': states,
  'reissue_block.reason': blockReasons,
  'reissue_block.source': blockSources,
  'vault_envelope.purpose': [...envelopePurposes, 'particulars'],
  'webhook_delivery.state': ['PENDING', 'DELIVERED', 'FAILED'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ColumnValues = typeof columnValues;
