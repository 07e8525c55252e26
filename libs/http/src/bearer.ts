import type { FastifyRequest } from 'fastify';

/**
 * The token of the header `Authorization: Bearer …` (RFC 6750 section 2.1): undefined if the request has no such header,
 * empty if the header holds no bearer token.
 */
export function bearerToken({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  return /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1] ?? '';
}
