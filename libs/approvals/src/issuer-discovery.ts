import { z } from 'zod';

const discoveryDocument = z.looseObject({ issuer: z.string(), jwks_uri: z.url() });

/**
 * Address of the keys of the issuer that signs staff in (OpenID Connect Discovery 1.0).
 *
 * @param issuer exactly as in the claim `iss`
 * @param timeoutMs after which the call fails, in milliseconds
 * @throws if the issuer cannot be reached, or its document names another issuer
 */
export async function discoverKeys(issuer: string, timeoutMs: number): Promise<URL> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  const found = discoveryDocument.parse(await answer.json());
  // Section 4.3 requires both to be equal.
  if (found.issuer !== issuer) throw new Error('the discovery document names another issuer');
  return new URL(found.jwks_uri);
}
