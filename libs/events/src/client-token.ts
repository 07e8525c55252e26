import type { SecretFile } from '#libs/credentials';
import { z } from 'zod';

export interface ClientTokenOptions {
  /** The token endpoint. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: SecretFile;
  readonly scope?: string | undefined;
}

const timeoutMs = 3_000;
/** A token is renewed before it expires, because it must also last while the broker checks it. */
const reserveMs = 30_000;

/** RFC 6749 section 5.1. */
const tokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional(),
});

/** The access token of a client, by the client credentials grant (RFC 6749 section 4.4). */
export class ClientToken {
  private token: { readonly value: string; readonly until: number; readonly secret: number } | undefined;

  constructor(private readonly options: ClientTokenOptions) {}

  /** A token that is valid for at least 30 seconds, unless the endpoint issues shorter ones. */
  async current(): Promise<string> {
    const { version } = this.options.clientSecret;
    const { token } = this;
    if (token && token.secret === version && performance.now() < token.until) return token.value;
    const { access_token: value, expires_in: seconds } = await this.fetch();
    // Without a stated lifetime the token is used for one connection only.
    const until = performance.now() + (seconds ?? 0) * 1_000 - reserveMs;
    this.token = { value, until, secret: version };
    return value;
  }

  private async fetch(): Promise<z.output<typeof tokenResponse>> {
    const { url, clientId, clientSecret, scope } = this.options;
    const user = [clientId, clientSecret.current()].map(formEncoded).join(':');
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}`, accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
    const parsed = tokenResponse.safeParse(await response.json().catch(() => undefined));
    // The answer is not quoted, because it may hold a token.
    if (!parsed.success) throw new Error('the token endpoint gave no token');
    return parsed.data;
  }
}

/** RFC 6749 section 2.3.1: user and password are form-encoded first. */
const formEncoded = (text: string) => new URLSearchParams({ text }).toString().slice('text='.length);
