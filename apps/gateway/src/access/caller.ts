import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CallOrigin } from '#libs/domain';
import type { FastifyRequest } from 'fastify';

/** The caller of a request, as the access check found it. */
export interface Caller {
  readonly apiKeyName: string;
  readonly origin: CallOrigin;
  /** Empty unless the request is a POST. */
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
  if (!caller) throw new Error('the handler is not protected by WithAccess');
  return caller;
});
