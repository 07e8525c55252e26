import {
  createDocumentProvider,
  createOldCertificateProvider,
  createOneWonProvider,
  createTelecomProvider,
  type IdentityProvider,
} from '#activities/identity';
import type { RoleDatabase } from '#libs/db';
import type { Clock } from '#libs/domain';
import type { CircuitOptions, OnCall } from '#libs/provider-client';
import type { VaultKeys } from '#libs/vault';
import { policyOf, type WorkerConfig } from './config.js';
import { providerFetch } from './provider-credentials.js';

/** The dependencies of the identity providers, besides their configuration. */
interface IdentityProviderDependencies {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly vaultKeys: VaultKeys;
  readonly onCircuitChange: NonNullable<CircuitOptions['onChange']>;
  readonly onCall: OnCall;
}

/** Creates one provider for each identity method. */
export function createIdentityProviders(
  config: WorkerConfig,
  { db, clock, vaultKeys, onCircuitChange, onCall }: IdentityProviderDependencies,
): IdentityProvider[] {
  const outside = { timeoutMs: config.providerTimeoutMs, circuit: { onChange: onCircuitChange }, onCall };
  return [
    createTelecomProvider({ urls: config.telecomUrl, fetch: providerFetch(config, 'telecom'), ...outside }),
    createOneWonProvider({ urls: config.oneWonUrl, fetch: providerFetch(config, 'oneWon'), ...outside }),
    createDocumentProvider({
      urls: config.documentUrl,
      fetch: providerFetch(config, 'document'),
      ...outside,
      db,
      clock,
      vaultKeys,
    }),
    createOldCertificateProvider({ db, clock, ...policyOf(config).oldCertificate }),
  ];
}
