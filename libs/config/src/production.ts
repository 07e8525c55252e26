import { isIP } from 'node:net';
import type { z } from 'zod';
import { flag } from './values.js';

/** Plain HTTP to providers and to the staff's issuer in production. */
export const plainHttpConfig = {
  allowPlainHttp: flag(false).describe(
    "Permits `http:` addresses of providers and of the staff's issuer in production, for a network that encrypts by itself.",
  ),
};

interface Deployment {
  readonly env: string;
  readonly allowPlainHttp?: boolean;
}

/** Names reserved for tests and examples (RFC 2606, RFC 6761). */
const reservedDomain = /(^|\.)(localhost|test|example|invalid)$/;
const sandboxLabel = /^sandbox(-|$)/;

/**
 * Refuses development addresses in production: plain `http:`, unless RESEAL_ALLOW_PLAIN_HTTP permits it, and the
 * addresses of a sandbox.
 *
 * @param properties of the configuration, each with any number of addresses
 * @returns a check for zod's `superRefine`
 */
export const refuseDevelopmentAddresses =
  <Key extends string>(...properties: readonly Key[]) =>
  (
    config: Deployment & { readonly [Property in Key]?: string | readonly string[] | undefined },
    context: z.RefinementCtx,
  ): void => {
    if (config.env !== 'production') return;
    for (const property of properties)
      for (const address of [config[property] ?? []].flat()) {
        const fault = productionFault(address, config.allowPlainHttp ?? false);
        if (fault) context.addIssue({ code: 'custom', path: [property], message: fault });
      }
  };

function productionFault(address: string, plainHttp: boolean): string | undefined {
  const { protocol, hostname } = new URL(address);
  if (protocol === 'http:' && !plainHttp)
    return 'must be https in production, unless RESEAL_ALLOW_PLAIN_HTTP is true';
  return isSandboxHost(hostname) ? 'must not lead to this machine or to a sandbox in production' : undefined;
}

/** Whether a URL's host is this machine, a reserved name, or has a label `sandbox`. */
export function isSandboxHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return /^(127\.|0\.0\.0\.0$|::1?$|::ffff:7f)/.test(host);
  return reservedDomain.test(host) || host.split('.').some((label) => sandboxLabel.test(label));
}
