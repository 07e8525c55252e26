import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { StaffRole } from '#libs/domain';
import type { FastifyRequest } from 'fastify';

/** A member of the bank's staff, as the issuer's token names them. */
export interface Staff {
  /** The claim `sub`. */
  readonly subject: string;
  /** Display name. The audit trail uses the subject instead. */
  readonly name: string;
  readonly roles: readonly StaffRole[];
  /** Name in the audit trail: `staff:<subject>`. */
  readonly actor: string;
  /** When the token expires, clock tolerance included. Open streams end then. */
  readonly expiresAt: Date;
}

declare module 'fastify' {
  interface FastifyRequest {
    staff?: Staff;
  }
}

/** The authenticated caller, for a handler's parameter. */
export const CallingStaff = createParamDecorator((_: unknown, context: ExecutionContext): Staff => {
  const { staff } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!staff) throw new Error('a public handler has no calling staff');
  return staff;
});
