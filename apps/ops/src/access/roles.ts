import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { StaffRole } from '#libs/domain';
import { ConfigureRoute } from '#libs/http';

/** Metadata key of a handler's roles. `public` means that no sign-in is needed. */
export const rolesKey = 'reseal:roles';
export type AllowedRoles = readonly StaffRole[] | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Roles that may call the route; checked before the body is read. */
    allowed?: AllowedRoles;
  }
}

/** Allows staff with one of the roles. The app does not boot while a handler has neither this nor {@link Public}. */
export const Roles = (...roles: [StaffRole, ...StaffRole[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(rolesKey, roles),
    ConfigureRoute({ allowed: roles }),
    ApiBearerAuth('staff'),
    ApiExtension('x-roles', roles),
  );

/**
 * Allows every caller, without sign-in. It is for the console's files and for the data that it needs before a sign-in.
 */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(rolesKey, 'public'),
    ConfigureRoute({ allowed: 'public' }),
    ApiExtension('x-public', true),
  );
