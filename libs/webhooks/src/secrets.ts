import { hkdfSync } from 'node:crypto';

/** How long the previous secret stays valid after a rotation, in milliseconds. */
export const secretsOverlapMs = 24 * 3600_000;

export interface WebhookSecretSource {
  readonly endpoint_id: string;
  readonly secret_generation: number;
  readonly secret_salt: Buffer | null;
  readonly previous_secret_until: Date | null;
}

/**
 * An endpoint's secret, `whsec_…` (Standard Webhooks). It is not stored: HKDF (RFC 5869) derives it from the key, the
 * endpoint, the generation and the endpoint's random salt. Without the salt, an endpoint that is created again under the
 * same id would have the secret of the deleted one.
 *
 * @param generation by default the current one
 */
export function webhookSecret(
  key: Buffer,
  { endpoint_id, secret_salt, secret_generation }: Omit<WebhookSecretSource, 'previous_secret_until'>,
  generation = secret_generation,
): string {
  const info = `reseal/webhook/${endpoint_id}/${generation}`;
  const bytes = hkdfSync('sha256', key, secret_salt ?? '', info, 32);
  return `whsec_${Buffer.from(bytes).toString('base64')}`;
}

/** The secrets to sign with now, newest first. */
export function activeSecrets(key: Buffer, endpoint: WebhookSecretSource, now: Date): string[] {
  const { secret_generation, previous_secret_until } = endpoint;
  const both = previous_secret_until !== null && previous_secret_until > now;
  const generations = both ? [secret_generation, secret_generation - 1] : [secret_generation];
  return generations.map((generation) => webhookSecret(key, endpoint, generation));
}
