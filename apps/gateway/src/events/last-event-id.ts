import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/**
 * The sequence after which a client wants events: from the header `Last-Event-ID`, which browsers send when they
 * reconnect, or from the query parameter `lastEventId`. An invalid value means all events.
 */
export const LastEventId = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const { headers, query } = context
    .switchToHttp()
    .getRequest<FastifyRequest<{ Querystring: { lastEventId?: unknown } }>>();
  const text = headers['last-event-id'] ?? query.lastEventId;
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 0;
});
