import type { FastifyRequest } from 'fastify';
import { tokenLifetimeSeconds } from './access-tokens.js';

/**
 * The cookie that holds the page's access token, which no script can read.
 *
 * Its name begins with `__Host-` (RFC 6265bis section 4.1.3.2): browsers accept it over TLS and from this host only, so
 * that a page on another host of the bank cannot set it. In development, over plain HTTP, some browsers refuse such a
 * cookie, so the cookie has a plain name.
 */
export class SessionCookie {
  private readonly name: string;

  constructor(private readonly secure: boolean) {
    this.name = secure ? '__Host-reseal_reissue' : 'reseal_reissue';
  }

  /** The token in a request's cookies, if there is one. */
  tokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
    const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
    return pairs.find((pair) => pair.startsWith(`${this.name}=`))?.slice(this.name.length + 1);
  }

  /** Set-Cookie (RFC 6265) that stores `token` for its lifetime; without a token, one that deletes the cookie. */
  setting(token: string | undefined): string {
    const age = token === undefined ? 0 : tokenLifetimeSeconds;
    const attributes = [
      'Path=/',
      `Max-Age=${age}`,
      'HttpOnly',
      'SameSite=Strict',
      ...(this.secure ? ['Secure'] : []),
    ];
    return [`${this.name}=${token ?? ''}`, ...attributes].join('; ');
  }
}
