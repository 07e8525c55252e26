import { credentialsFile, list, secretBytes, tlsConfig, tlsPathsOf } from '#libs/config';
import { credentialedFetch, readTokensByHost, tlsFilesOf, TokensByHost } from '#libs/credentials';
import { z } from 'zod';
import { webhookHost } from './addresses.js';
import type { WebhookSettings } from './send.js';

/** Settings of webhooks. The operators' app makes their secrets, and the worker signs with them. */
export const webhookConfig = {
  webhookKey: secretBytes(32)
    .optional()
    .describe('Key from which the secrets of webhooks are derived. Without it there are no webhooks.'),
  webhookHosts: list
    .pipe(z.array(z.string().toLowerCase().regex(webhookHost, 'must be a host or host:port')))
    .default([])
    .describe('Hosts that events may be sent to, as `host` (its port 443) or `host:port`.'),
};

/** With what the worker authenticates to receivers, besides its signatures. */
export const webhookCredentialsConfig = {
  ...tlsConfig('webhookTls', 'receivers of webhooks'),
  webhookTokensFile: credentialsFile(readTokensByHost, 'file (JSON)')
    .optional()
    .describe(
      'Bearer tokens for receivers that demand one: a JSON object of `host` (its default port) or `host:port` and token.',
    ),
};

/**
 * The `fetch` with which webhooks are sent.
 *
 * @throws CredentialError if a file is not usable
 */
export function webhookFetch(
  config: Parameters<typeof tlsPathsOf<'webhookTls'>>[0] & {
    readonly webhookTokensFile?: string | undefined;
  },
): typeof globalThis.fetch {
  const { webhookTokensFile: tokens } = config;
  return credentialedFetch({
    tls: tlsFilesOf('webhook', tlsPathsOf(config, 'webhookTls')),
    tokenFor: tokens === undefined ? undefined : new TokensByHost('webhook-tokens', tokens).tokenFor,
  });
}

/** The settings of webhooks; undefined without a key. */
export function webhookSettings(
  config: {
    readonly env: string;
    readonly webhookKey?: Buffer | undefined;
    readonly webhookHosts: readonly string[];
  },
  fetch?: typeof globalThis.fetch,
): WebhookSettings | undefined {
  const { env, webhookKey: key, webhookHosts: hosts } = config;
  return key && { key, hosts, insecure: env !== 'production', fetch };
}
