import { list, secretBytes } from '#libs/config';
import { z } from 'zod';
import { webhookHost } from './addresses.js';
import type { WebhookSettings } from './send.js';

/** Settings of webhooks, for those who make their secrets and those who sign with them. */
export const webhookConfig = {
  /** Of which the secrets of endpoints are made; without it there are no webhooks. */
  webhookKey: secretBytes(32).optional(),
  /** Hosts that events may be sent to, as `host` or `host:port`. */
  webhookHosts: list
    .pipe(z.array(z.string().toLowerCase().regex(webhookHost, 'must be a host or host:port')))
    .default([]),
};

/** Undefined where there are no webhooks. */
export function webhookSettings(config: {
  readonly env: string;
  readonly webhookKey?: Buffer | undefined;
  readonly webhookHosts: readonly string[];
}): WebhookSettings | undefined {
  const { env, webhookKey: key, webhookHosts: hosts } = config;
  return key && { key, hosts, insecure: env !== 'production' };
}
