import { createRiskProvider, type RiskProvider } from '#activities/risk';
import { json, networks, urls } from '#libs/config';
import type { CircuitOptions, OnCall } from '#libs/provider-client';
import { configuredRiskPolicySchema } from '#libs/risk';
import type { WorkerConfig } from './config.js';
import { providerCredentialsConfig, providerFetch } from './provider-credentials.js';

/** The settings of risk decisions. */
export const riskConfig = {
  riskPolicy: json(configuredRiskPolicySchema)
    .optional()
    .describe(
      'Risk policy in place of the default one, as `activities/risk/risk-policy.example.json`. [Risk](risk.md) explains it.',
    ),
  domesticNetworks: networks
    .prefault('')
    .describe(
      'Networks in the country. For risk decisions, an address outside them is a foreign one. Without them, no network is.',
    ),
  riskUrl: urls('http', 'https')
    .optional()
    .describe(
      'Provider of risk decisions. Of several addresses, the first one that is not down is called. Without it, the risk policy decides alone.',
    ),
  ...providerCredentialsConfig('risk', 'the provider of risk decisions'),
};

/** How long the provider is asked in all, in milliseconds: customers wait for it, and the policy decides without it. */
const totalMs = 4_000;

/** The configured provider of risk decisions, if there is one. */
export function riskProviderOf(
  config: WorkerConfig,
  calls: { readonly onCall: OnCall; readonly circuit: CircuitOptions },
): RiskProvider | undefined {
  const { riskUrl, providerTimeoutMs: timeoutMs } = config;
  if (!riskUrl) return undefined;
  return createRiskProvider({
    urls: riskUrl,
    fetch: providerFetch(config, 'risk'),
    timeoutMs,
    totalMs,
    ...calls,
  });
}
