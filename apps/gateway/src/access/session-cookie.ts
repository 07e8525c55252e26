import type { FastifyRequest } from 'fastify';
import { tokenLifetimeSeconds } from './access-tokens.js';

const name = 'reseal_reissue';

/** The access token that the page's cookie holds, which no script can read. */
export function sessionToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Set-Cookie (RFC 6265) that keeps `token` as long as it is good, or that removes it. */
export function sessionCookie(token: string | undefined, secure: boolean): string {
  const age = token === undefined ? 0 : tokenLifetimeSeconds;
  return `${name}=${token ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
