/** Signing in by OpenID Connect: authorization code with PKCE (RFC 7636), for a public client. */

export interface ConsoleConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly temporalUiUrl?: string | null;
}

export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What is remembered until the issuer sends the browser back. */
interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly returnTo: string;
}

/** The issuer did not sign the person in; `code` as OAuth names it, e.g. `login_required`. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
  constructor(readonly code: string) {
    super(code);
  }
}

const pendingKey = 'reseal.sign-in';
export const callbackPath = '/callback';
const callbackAddress = () => new URL(callbackPath, location.origin).href;

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

interface Discovery {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly end_session_endpoint?: string;
}

let discovered: Promise<Discovery> | undefined;

/** The issuer's addresses (OpenID Connect Discovery 1.0), asked for once; a failure is asked again. */
export function discover({ issuer }: ConsoleConfig): Promise<Discovery> {
  discovered ??= fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    .then(async (answer) => {
      if (!answer.ok) throw new Error(`the issuer answered ${answer.status}`);
      const found = (await answer.json()) as Discovery;
      if (found.issuer !== issuer) throw new Error('discovery names another issuer');
      return found;
    })
    .catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
  return discovered;
}

/** Makes the address at which to sign in, and what has to be remembered until the answer. */
export async function prepareSignIn(
  config: ConsoleConfig,
  { returnTo, silent, nonce }: { returnTo: string; silent: boolean; nonce?: string | undefined },
): Promise<{ address: string; pending: Pending }> {
  const { authorization_endpoint } = await discover(config);
  const pending = { state: random(), verifier: random(), returnTo };
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier));
  const address = new URL(authorization_endpoint);
  const parameters = {
    client_id: config.clientId,
    response_type: 'code',
    redirect_uri: callbackAddress(),
    scope: 'openid',
    state: pending.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
    ...(silent ? { prompt: 'none' } : {}),
    ...(nonce === undefined ? {} : { nonce }),
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return { address: address.href, pending };
}

/** Leaves the page to sign in; comes back at the callback, and from there to where the person was. */
export async function goAndSignIn(config: ConsoleConfig, returnTo: string): Promise<void> {
  const { address, pending } = await prepareSignIn(config, { returnTo, silent: false });
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
  location.assign(address);
}

/** Takes what was remembered; each is used once. */
export function takePendingSignIn(): Pending | undefined {
  const found = sessionStorage.getItem(pendingKey);
  sessionStorage.removeItem(pendingKey);
  return found === null ? undefined : (JSON.parse(found) as Pending);
}

/**
 * Changes the code of an answer for tokens.
 *
 * @param answer the query of the callback
 * @throws {SignInRefused} if the issuer refused, or the answer is not to what was asked
 */
export async function redeem(
  config: ConsoleConfig,
  answer: URLSearchParams,
  pending: Pending,
): Promise<Tokens> {
  const error = answer.get('error');
  if (error !== null) throw new SignInRefused(error);
  const code = answer.get('code');
  if (code === null || answer.get('state') !== pending.state) throw new SignInRefused('wrong_state');
  // RFC 9207: an answer of another issuer is not taken for ours.
  if ((answer.get('iss') ?? config.issuer) !== config.issuer) throw new SignInRefused('wrong_issuer');
  const { token_endpoint } = await discover(config);
  const response = await fetch(token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: config.clientId,
      code,
      redirect_uri: callbackAddress(),
      code_verifier: pending.verifier,
    }),
  });
  const body = (await response.json()) as {
    access_token?: string;
    id_token?: string;
    expires_in?: number;
    error?: string;
  };
  if (!response.ok || body.access_token === undefined) throw new SignInRefused(body.error ?? 'no_token');
  return {
    accessToken: body.access_token,
    idToken: body.id_token,
    expiresAt: Date.now() + (body.expires_in ?? 300) * 1_000,
  };
}
