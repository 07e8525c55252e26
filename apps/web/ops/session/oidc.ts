import * as oauth from 'oauth4webapi';
import type { ConsoleConfig } from '../api/types.js';
import { paths } from '../paths.js';

/** The tokens of one sign-in. Session keeps them in memory only. */
export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The sign-in request that the issuer's answer has to match. */
export interface PendingSignIn {
  readonly state: string;
  /** PKCE (RFC 7636): only who sent the request can redeem the code. */
  readonly verifier: string;
  /** The `nonce` that the ID token has to carry; without one, none. */
  readonly nonce?: string;
  /** The page that is opened after the sign-in. */
  readonly returnTo: string;
}

/** The issuer did not sign the person in. `code` is OAuth's error code, such as `login_required`. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
  constructor(readonly code: string) {
    super(code);
  }
}

const pendingKey = 'reseal.sign-in';
const redirectUri = () => new URL(paths.callback, location.origin).href;
/** The API verifies each token by its own clock: a computer whose clock is wrong can sign in all the same. */
const clockToleranceS = 86_400;
const defaultExpiresInS = 300;

const clientOf = ({ clientId }: ConsoleConfig): oauth.Client => ({
  client_id: clientId,
  [oauth.clockTolerance]: clockToleranceS,
});

/** An issuer at an http address is that of a local stack. */
const requestOptions = ({ issuer }: ConsoleConfig) => ({
  [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
});

let discovered: Promise<oauth.AuthorizationServer> | undefined;

/** The issuer's endpoints (OpenID Connect Discovery 1.0). They are fetched once; a failure is not kept. */
export function discover(config: ConsoleConfig): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(config.issuer);
  discovered ??= oauth
    .discoveryRequest(issuer, requestOptions(config))
    .then((response) => oauth.processDiscoveryResponse(issuer, response))
    .catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
  return discovered;
}

/** Makes the address at which the person signs in, and what has to be kept until the issuer's answer. */
export async function prepareSignIn(
  config: ConsoleConfig,
  { returnTo, silent, nonce }: { returnTo: string; silent: boolean; nonce?: string | undefined },
): Promise<{ address: string; pending: PendingSignIn }> {
  const { authorization_endpoint } = await discover(config);
  const pending: PendingSignIn = {
    state: oauth.generateRandomState(),
    verifier: oauth.generateRandomCodeVerifier(),
    returnTo,
    ...(nonce === undefined ? {} : { nonce }),
  };
  const address = new URL(authorization_endpoint!);
  const parameters = {
    client_id: config.clientId,
    response_type: 'code',
    redirect_uri: redirectUri(),
    scope: 'openid',
    state: pending.state,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    ...(silent ? { prompt: 'none' } : {}),
    ...(nonce === undefined ? {} : { nonce }),
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return { address: address.href, pending };
}

/** Leaves the page for the issuer's sign-in, which returns to the callback. */
export async function goAndSignIn(config: ConsoleConfig, returnTo: string): Promise<void> {
  const { address, pending } = await prepareSignIn(config, { returnTo, silent: false });
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
  location.assign(address);
}

/** Reads and removes the pending sign-in, so that each is used once. */
export function takePendingSignIn(): PendingSignIn | undefined {
  const found = sessionStorage.getItem(pendingKey);
  sessionStorage.removeItem(pendingKey);
  return found === null ? undefined : (JSON.parse(found) as PendingSignIn);
}

/**
 * Exchanges the code of the issuer's answer for tokens.
 *
 * @param answer the query of the callback
 * @throws {SignInRefused} if the issuer refused, or the answer does not match the request
 */
export async function redeem(
  config: ConsoleConfig,
  answer: URLSearchParams,
  pending: PendingSignIn,
): Promise<Tokens> {
  const server = await discover(config);
  const client = clientOf(config);
  try {
    const parameters = oauth.validateAuthResponse(server, client, answer, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectUri(),
      pending.verifier,
      requestOptions(config),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: pending.nonce ?? oauth.expectNoNonce,
    });
    return {
      accessToken: tokens.access_token,
      idToken: tokens.id_token,
      expiresAt: Date.now() + (tokens.expires_in ?? defaultExpiresInS) * 1_000,
    };
  } catch (error) {
    throw new SignInRefused(codeOf(error));
  }
}

/** OAuth's error code, or the library's code where the answer itself is wrong. */
function codeOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError)
    return error.error;
  return error instanceof oauth.OperationProcessingError
    ? (error.code ?? 'invalid_answer')
    : 'invalid_answer';
}
