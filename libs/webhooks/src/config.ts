import { list, secretBytes } from '#libs/config';
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

/** The settings of webhooks; undefined without a key. */
export function webhookSettings(config: {
  readonly env: string;
  readonly webhookKey?: Buffer | undefined;
  readonly webhookHosts: readonly string[];
}): WebhookSettings | undefined {
  const { env, webhookKey: key, webhookHosts: hosts } = config;
  return key && { key, hosts, insecure: env !== 'production' };
}
