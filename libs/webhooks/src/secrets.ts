import { hkdfSync } from 'node:crypto';

/** How long the secret before is good beside the new one, in milliseconds. */
export const secretsOverlapMs = 24 * 3600_000;

export interface SecretsOf {
  readonly endpoint_id: string;
  readonly secret_generation: number;
  readonly previous_secret_until: Date | null;
}

/**
 * An endpoint's secret, `whsec_…` (Standard Webhooks). It is kept nowhere: HKDF (RFC 5869) makes it of the key, the
 * endpoint and its generation.
 */
export function webhookSecret(key: Buffer, endpointId: string, generation: number): string {
  const bytes = hkdfSync('sha256', key, '', `reseal/webhook/${endpointId}/${generation}`, 32);
  return `whsec_${Buffer.from(bytes).toString('base64')}`;
}

/** The secrets to sign with now, the newest first. */
export function secretsInForce(key: Buffer, endpoint: SecretsOf, now: Date): string[] {
  const { endpoint_id, secret_generation, previous_secret_until } = endpoint;
  const both = previous_secret_until !== null && previous_secret_until > now;
  const generations = both ? [secret_generation, secret_generation - 1] : [secret_generation];
  return generations.map((generation) => webhookSecret(key, endpoint_id, generation));
}
