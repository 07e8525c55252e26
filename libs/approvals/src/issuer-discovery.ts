import { z } from 'zod';

const discoveryDocument = z.looseObject({ issuer: z.string(), jwks_uri: z.url() });

/**
 * Where the issuer that signs staff in publishes its keys (OpenID Connect Discovery 1.0).
 *
 * @param issuer exactly as its tokens name it
 * @param timeoutMs after which the issuer is taken for unreachable, in milliseconds
 * @throws if the issuer cannot be reached, or speaks for another
 */
export async function discoverKeys(issuer: string, timeoutMs: number): Promise<URL> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  const found = discoveryDocument.parse(await answer.json());
  // Section 4.3: they must be the same, or the answer speaks for another issuer.
  if (found.issuer !== issuer) throw new Error('discovery names another issuer');
  return new URL(found.jwks_uri);
}
