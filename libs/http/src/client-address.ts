import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The client's IP address as the trusted proxies state it. If they state anything else (`unknown`, a host name, an address
 * with a port), it is the address of the connection.
 */
export function clientAddress(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? '') : request.ip;
}
