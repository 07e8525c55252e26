import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** A signal that aborts when the client has left, or has everything. */
export const ClientDisconnected = createParamDecorator(
  (_: unknown, context: ExecutionContext): AbortSignal => {
    const gone = new AbortController();
    context
      .switchToHttp()
      .getResponse<FastifyReply>()
      .raw.once('close', () => gone.abort());
    return gone.signal;
  },
);
