import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** A signal that aborts when the connection of the response closes. */
export const ClientDisconnected = createParamDecorator(
  (_: unknown, context: ExecutionContext): AbortSignal => {
    const disconnected = new AbortController();
    context
      .switchToHttp()
      .getResponse<FastifyReply>()
      .raw.once('close', () => disconnected.abort());
    return disconnected.signal;
  },
);
