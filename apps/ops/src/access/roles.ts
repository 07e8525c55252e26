import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { StaffRole } from '#libs/domain';
import { ConfigureRoute } from '#libs/http';

/** Under which a handler's roles are found; `public` needs nobody to sign in. */
export const rolesKey = 'reseal:roles';
export type AllowedRoles = readonly StaffRole[] | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may make the call, known before its body is read. */
    allowed?: AllowedRoles;
  }
}

/** Who may make this call: whoever has one of the roles. A handler that names none does not boot. */
export const Roles = (...roles: [StaffRole, ...StaffRole[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(rolesKey, roles),
    ConfigureRoute({ allowed: roles }),
    ApiBearerAuth('staff'),
    ApiExtension('x-roles', roles),
  );

/** Open to all: what the console needs before anybody has signed in. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(rolesKey, 'public'),
    ConfigureRoute({ allowed: 'public' }),
    ApiExtension('x-public', true),
  );
