import { createSecretKey } from 'node:crypto';
import { createCertificateSteps, createVidChecks } from '#activities/certificate';
import { createConsentSteps, createConsentWithdrawals } from '#activities/consent';
import { createExpiryActivities, type ExpirySettings } from '#activities/expiry';
import {
  createIdentitySteps,
  createProviderActivities,
  createProviderCalls,
  IdentityLimits,
  withDirectCalls,
  type IdentityRates,
} from '#activities/identity';
import { createLifecycleSteps, createReconcileActivities } from '#activities/lifecycle';
import {
  createNotificationActivities,
  leavingToOutbox,
  type NotificationOutbox,
  type MailSender,
  type NotifyContext,
  type SmsSender,
} from '#activities/notification';
import { createPasswordSteps, type PasswordHashing } from '#activities/password';
import {
  createOperationActivities,
  createWebhookActivities,
  type StaffIssuerSettings,
} from '#activities/operations';
import {
  createArchiveActivities,
  createEvidenceActivities,
  createRetentionActivities,
  type RetentionContext,
} from '#activities/records';
import { createHoldActivities } from '#activities/revocation';
import { createRiskActivities, Networks, RiskPolicies, type RiskProvider } from '#activities/risk';
import { createSecrets, failOnPermanentErrors, type DirectCalls } from '#activities/step';
import type { AuditSigningKey } from '#libs/audit-log';
import type { Bank } from '#libs/config';
import type { RoleDatabase } from '#libs/db';
import {
  withFormerNames,
  type Clock,
  type Deadlines,
  type IdentityMethod,
  type IdentityPolicy,
} from '#libs/domain';
import type { IdentityProvider } from '#activities/identity';
import type { Logger } from '#libs/observability';
import type { RiskPolicy } from '#libs/risk';
import type { ReceiptSigner, TermsCatalogue } from '#libs/terms';
import type { StopLinks } from '#libs/stop-links';
import type { RegistryKeys, VaultKeys } from '#libs/vault';
import type { WebhookSettings } from '#libs/webhooks';
import type { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';

/** The dependencies of the worker's activities. */
export interface WorkerDependencies {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  /** Calendar months on hold after which a certificate is revoked. */
  readonly holdMonths: number;
  /** The bank in messages to customers. */
  readonly bank: Bank;
  readonly policy: IdentityPolicy;
  readonly riskPolicy: RiskPolicy;
  /** Networks in the country, in prefix notation; empty if they are not listed. */
  readonly domesticNetworks: readonly string[];
  /** Undefined without a provider of risk decisions: the policy decides alone. */
  readonly riskProvider: RiskProvider | undefined;
  readonly terms: TermsCatalogue;
  readonly receipts: ReceiptSigner;
  readonly vaultKeys: VaultKeys;
  readonly registryKeys: RegistryKeys;
  readonly pseudonymKey: Buffer;
  /** The links by which customers stop a reissue. */
  readonly stopLinks: StopLinks;
  readonly providers: readonly IdentityProvider[];
  readonly identityRates: IdentityRates;
  readonly retention: Pick<RetentionContext, 'years' | 'deviceDays'>;
  /** Announcements of certificates that are about to expire. */
  readonly expiry: ExpirySettings;
  readonly hashing: PasswordHashing;
  /** Number of last passwords that may not be set again. */
  readonly rememberedPasswords: number;
  readonly wrongVidChecksPerDay: number;
  readonly sms: SmsSender;
  readonly mail: MailSender;
  /** Called after each try to send a message. */
  readonly onTried?: NonNullable<NotifyContext['onTried']>;
  /** Sends the notifications of committed steps. */
  readonly outbox: Pick<NotificationOutbox, 'sendSoon'>;
  /** The calls to providers that steps make themselves. */
  readonly directCalls: DirectCalls;
  readonly temporal: Pick<Client, 'workflow'>;
  /** The key that signs evidence. */
  readonly auditKey: AuditSigningKey;
  /** Time from the end of a reissue until it is archived, in milliseconds. */
  readonly archiveAfterMs: number;
  /** Decodes the payloads of histories to archive. */
  readonly codec: PayloadCodec;
  /** Undefined without webhooks. */
  readonly webhooks: WebhookSettings | undefined;
  /** The file with checkpoints of the audit log, outside the database. */
  readonly checkpointFile?: string | undefined;
  /** The staff's issuer. Its keys verify who confirmed and approved an operation. */
  readonly staffIssuer: StaffIssuerSettings;
  /** `source` of CloudEvents. */
  readonly eventSource: string;
}

/** Makes the activities of the task queue `reissue`: all activities except those of the signer. */
export function createActivities(dependencies: WorkerDependencies) {
  const { db, clock, logger, sms, mail, temporal, directCalls } = dependencies;
  const providers = new Map<IdentityMethod, IdentityProvider>(
    dependencies.providers.map((provider) => [provider.method, provider]),
  );
  const pseudonymKey = createSecretKey(dependencies.pseudonymKey);
  const context = {
    db,
    clock,
    deadlines: dependencies.deadlines,
    policy: dependencies.policy,
    riskPolicies: new RiskPolicies(dependencies.riskPolicy),
    networks: new Networks(dependencies.domesticNetworks),
    riskProvider: dependencies.riskProvider,
    terms: dependencies.terms,
    receipts: dependencies.receipts,
    pseudonymKey,
    stopLinks: dependencies.stopLinks,
    registryKeys: dependencies.registryKeys,
    wrongVidChecksPerDay: dependencies.wrongVidChecksPerDay,
    vaultKeys: dependencies.vaultKeys,
    availableMethods: [...providers.keys()],
    providers,
    identityLimits: new IdentityLimits(pseudonymKey, dependencies.identityRates),
    secrets: createSecrets(db, dependencies.vaultKeys),
    hashing: dependencies.hashing,
    rememberedPasswords: dependencies.rememberedPasswords,
  };
  const steps = failOnPermanentErrors({
    ...createLifecycleSteps(context),
    ...createIdentitySteps(context),
    ...createPasswordSteps(context),
    ...createConsentSteps(context),
    ...createCertificateSteps(context),
  });
  const providerCalls = createProviderCalls(context);
  const risk = createRiskActivities(context);
  const calls = { providers: providerCalls, risk };
  const { onTried } = dependencies;
  const sending = { db, sms, mail, clock, logger, ...(onTried ? { onTried } : {}) };
  const notifications = createNotificationActivities({
    ...sending,
    stopLinks: dependencies.stopLinks,
    holdMonths: dependencies.holdMonths,
    bank: dependencies.bank,
  });
  return withFormerNames({
    ...leavingToOutbox(withDirectCalls(steps, calls, directCalls), dependencies.outbox),
    ...createProviderActivities(context, providerCalls),
    ...risk,
    ...notifications,
    ...createVidChecks(context),
    ...createConsentWithdrawals(context),
    ...createReconcileActivities({
      db,
      clock,
      temporal,
      logger,
      checkpointFile: dependencies.checkpointFile,
    }),
    ...createArchiveActivities({
      db,
      clock,
      temporal,
      codec: dependencies.codec,
      logger,
      archiveAfterMs: dependencies.archiveAfterMs,
    }),
    ...createOperationActivities({ db, clock, temporal, logger, staffIssuer: dependencies.staffIssuer }),
    ...createEvidenceActivities({ db, clock, terms: dependencies.terms, key: dependencies.auditKey }),
    ...createRetentionActivities({ db, clock, logger, ...dependencies.retention }),
    ...createHoldActivities({ db, clock, logger, holdMonths: dependencies.holdMonths }),
    ...createExpiryActivities({
      ...sending,
      bank: dependencies.bank,
      terms: dependencies.terms,
      expiry: dependencies.expiry,
    }),
    ...createWebhookActivities({
      db,
      clock,
      settings: dependencies.webhooks,
      source: dependencies.eventSource,
    }),
  });
}
