import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CallOrigin } from '#libs/domain';
import type { FastifyRequest } from 'fastify';

/** Who calls: put together by the access guard. */
export interface Caller {
  readonly apiKeyName: string;
  readonly origin: CallOrigin;
  /** On every POST. */
  readonly idempotencyKey: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** The caller of a guarded method. */
export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('the method is not behind the access guard');
  return caller;
});
