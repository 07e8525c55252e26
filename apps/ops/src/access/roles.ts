import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { StaffRole } from '#libs/domain';

/** Under which a handler's roles are found; `public` needs nobody to sign in. */
export const rolesKey = 'reseal:roles';
export type AllowedRoles = readonly StaffRole[] | 'public';

/** Who may make this call: whoever has one of the roles. A handler that names none does not boot. */
export const Roles = (...roles: [StaffRole, ...StaffRole[]]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(rolesKey, roles), ApiBearerAuth('staff'), ApiExtension('x-roles', roles));

/** Open to all: what the console needs before anybody has signed in. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(rolesKey, 'public'), ApiExtension('x-public', true));
