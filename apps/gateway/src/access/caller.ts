import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CallState } from '#libs/db/reissues';
import type { CallOrigin } from '#libs/domain';
import type { FastifyRequest } from 'fastify';

/** The caller of a request, as the access check found it. */
export interface Caller {
  readonly apiKeyName: string;
  readonly origin: CallOrigin;
  /** Empty unless the request is a POST. */
  readonly idempotencyKey: string;
  /** What is stored about the reissue, and about this call if it is a step; undefined if the call has no reissue. */
  readonly state?: CallState;
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
