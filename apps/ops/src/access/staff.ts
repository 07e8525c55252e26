import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { StaffRole } from '#libs/domain';
import type { FastifyRequest } from 'fastify';

/** Somebody of the bank's staff, as the issuer's token names them. */
export interface Staff {
  /** The token's `sub`. */
  readonly subject: string;
  /** For people to read; not in the audit trail, where the subject stands. */
  readonly name: string;
  readonly roles: readonly StaffRole[];
  /** As the audit trail names them: `staff:<subject>`. */
  readonly actor: string;
  /** When the token ceases to open anything; what goes on for longer, such as a stream, ends then. */
  readonly expiresAt: Date;
}

declare module 'fastify' {
  interface FastifyRequest {
    staff?: Staff;
  }
}

/** Who calls; the guard has let them in. */
export const CallingStaff = createParamDecorator((_: unknown, context: ExecutionContext): Staff => {
  const { staff } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!staff) throw new Error('a call that is open to all has no staff');
  return staff;
});
