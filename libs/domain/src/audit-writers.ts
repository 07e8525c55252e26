import type { AuditAction, AuthorityAction, ReissueAction } from './audit-actions.js';

/** The database roles that write to the audit trail. */
export type AuditRole =
  | 'reseal_gateway'
  | 'reseal_ops'
  | 'reseal_worker'
  | 'reseal_signer'
  | 'reseal_status'
  | 'reseal_customers'
  | 'reseal_owner';

/** The actors that a role may name for each action. An actor that ends with a colon is a prefix for any name. */
export type WritableActions = Partial<Record<AuditAction, readonly string[]>>;

const byActors = <Action extends AuditAction>(actors: readonly string[], actions: readonly Action[]) =>
  Object.fromEntries(actions.map((action) => [action, actors])) as Record<Action, readonly string[]>;

const processActions = (process: string) => byActors([process], ['startProcess', 'useKey']);

const reissueStepActions = [
  'open',
  'start',
  'requestChallenges',
  'answerChallenges',
  'answerChallenge',
  'identity',
  'submitPassword',
  'resetPassword',
  'password',
  'giveConsents',
  'withdrawConsent',
  'requestCertificate',
  'endCoolingOff',
  'apply',
  'useRrn',
  'closeIntent',
  'proveRegistration',
  'revoke',
  'hold',
  'release',
  'remind',
  'park',
  'retry',
  'abandon',
  'withdraw',
  'cancel',
  'stop',
  'confirmReissue',
  'expire',
  'supersede',
  'archiveHistory',
] as const satisfies readonly ReissueAction[];

const certificateChangeActions = [
  'certificate.revoke',
  'certificate.hold',
  'certificate.release',
] as const satisfies readonly AuthorityAction[];

/**
 * What each database role may write to the audit trail. The table `audit_writer` holds the same list and enforces it,
 * so that a compromised process can write only its own kinds of entries.
 */
export const auditWriters: Readonly<Record<AuditRole, WritableActions>> = {
  reseal_gateway: processActions('gateway'),
  reseal_status: processActions('status'),
  reseal_worker: {
    ...processActions('worker'),
    ...byActors(['customer', 'system', 'staff:'], reissueStepActions),
    ...byActors(['system', 'staff:'], ['runOperation', ...certificateChangeActions]),
    ...byActors(['system'], ['cancelOperation', 'decideRisk', 'purge', 'receiveCustomerEvent']),
    ...byActors(['customer', 'system'], ['blockReissues']),
    ...byActors(['system', 'staff:'], ['liftBlock']),
    ...byActors(['operator:'], ['rotateRegistry', 'eraseCustomer', 'exportEvidence']),
    issue: ['signer'],
    sequence: ['sequencer'],
    disableWebhook: ['worker'],
    findRestore: ['worker'],
    checkVid: ['client:'],
  },
  reseal_signer: {
    ...processActions('signer'),
    ...byActors(
      ['operator:'],
      [
        'ca.init',
        'ca.rotateIssuing',
        'ca.revokeIssuing',
        'ca.rotateOcsp',
        'ca.publishCrl',
        'certificates.revoke',
        'certificates.hold',
        'certificates.release',
        ...certificateChangeActions,
      ],
    ),
    signCertificate: ['signer'],
    findRestore: ['signer'],
  },
  reseal_customers: byActors(['operator:'], ['importCustomers', 'exportCustomerReferences', 'eraseCustomer']),
  // An engineer who reconciles a restored database.
  reseal_owner: byActors(
    ['operator:'],
    ['findRestore', 'reconcileRestore', 'recover', ...certificateChangeActions],
  ),
  reseal_ops: {
    ...processActions('ops'),
    ...byActors(
      ['staff:'],
      [
        'readReissue',
        'findCustomer',
        'findReissue',
        'claimReissue',
        'releaseReissue',
        'noteReissue',
        'blockReissues',
        'readBlocks',
        'readCertificate',
        'searchAudit',
        'exportAudit',
        'reviewAccess',
        'exportEvidence',
        'decodePayloads',
        'plan',
        'change',
        'confirm',
        'approve',
        'reject',
        'cancelOperation',
        'createWebhook',
        'changeWebhook',
        'rotateWebhookSecret',
        'deleteWebhook',
        'testWebhook',
        'replayWebhook',
      ],
    ),
  },
};

/** Whether a database role may write this action with this actor. */
export function mayWrite(role: string, action: string, actor: string): boolean {
  const actions = Object.hasOwn(auditWriters, role) ? auditWriters[role as AuditRole] : {};
  const actors = Object.hasOwn(actions, action) ? (actions[action as AuditAction] ?? []) : [];
  return actors.some((allowed) =>
    allowed.endsWith(':') ? actor.startsWith(allowed) && actor !== allowed : actor === allowed,
  );
}
