import { Agent, fetch as undiciFetch, type RequestInit as UndiciRequestInit } from 'undici';
import type { TlsFiles } from './tls-files.js';

/** What an HTTP client proves its identity with, and verifies the server's with. */
export interface HttpCredentials {
  readonly tls?: TlsFiles | undefined;
  /** Gives the bearer token (RFC 6750) for a request; undefined if it needs none. */
  readonly tokenFor?: ((url: URL) => string | undefined) | undefined;
}

type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` that uses the current credentials. After certificates were renewed, requests use new connections. Without
 * credentials it is `fetch` itself.
 */
export function credentialedFetch({ tls, tokenFor }: HttpCredentials): Fetch {
  const send: Fetch = tls ? fetchWith(tls) : (input, init) => globalThis.fetch(input, init);
  if (!tokenFor) return send;
  return (input, init) => {
    const token = tokenFor(new URL(input instanceof Request ? input.url : input));
    if (token === undefined) return send(input, init);
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return send(input, { ...init, headers: Object.fromEntries(headers) });
  };
}

function fetchWith(tls: TlsFiles): Fetch {
  let agent: { readonly dispatcher: Agent; readonly version: number } | undefined;
  const current = () => {
    const { version } = tls;
    if (agent?.version === version) return agent.dispatcher;
    // Resolves once the calls under way have ended.
    void agent?.dispatcher.close().catch(() => undefined);
    agent = { dispatcher: new Agent({ connect: { ...tls.current() } }), version };
    return agent.dispatcher;
  };
  // The `fetch` of Node has no agent that takes certificates. That of its package is the same code.
  return ((input: string | URL, init: UndiciRequestInit) =>
    undiciFetch(input, { ...init, dispatcher: current() })) as unknown as Fetch;
}
