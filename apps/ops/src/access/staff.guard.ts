import {
  Injectable,
  RequestMethod,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, HttpAdapterHost, MetadataScanner, Reflector } from '@nestjs/core';
import type { StaffRole } from '#libs/domain';
import { admitBeforeBody, bearerToken } from '#libs/http';
import type { FastifyRequest } from 'fastify';
import { opsProblem, opsUnavailable } from '../problems.js';
import { rolesKey, type AllowedRoles } from './roles.js';
import type { Staff } from './staff.js';
import { IssuerUnavailable, StaffTokens, StaffTokenRefused } from './staff-tokens.js';

/**
 * Authenticates staff by their bearer token (RFC 6750) and checks their roles before the body of a request is read, so
 * that an unauthenticated caller cannot make the app read bodies.
 */
@Injectable()
export class StaffGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: StaffTokens,
    private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    admitBeforeBody(this.host, async (request) => {
      const { allowed } = request.routeOptions.config;
      if (allowed !== undefined && allowed !== 'public') request.staff = await this.admit(request, allowed);
    });
  }

  /** Checks the roles again, by the metadata of the handler: a route without the hook's configuration is refused. */
  canActivate(context: ExecutionContext): boolean {
    const allowed = this.reflector.getAllAndOverride<AllowedRoles | undefined>(rolesKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (allowed === 'public' || isInfrastructure(context.getClass())) return true;
    const { staff } = context.switchToHttp().getRequest<FastifyRequest>();
    return staff !== undefined && mayCall(staff, allowed);
  }

  private async admit(request: FastifyRequest, allowed: readonly StaffRole[]): Promise<Staff> {
    const token = bearerToken(request);
    if (!token) throw opsProblem('sign-in-required', { headers: { 'www-authenticate': 'Bearer' } });
    const staff = await this.tokens.authenticate(token).catch((error: unknown) => {
      if (error instanceof StaffTokenRefused)
        throw opsProblem('token-refused', {
          cause: error,
          headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
        });
      throw error instanceof IssuerUnavailable ? opsUnavailable(error) : error;
    });
    if (!mayCall(staff, allowed)) throw opsProblem('role-required', { extensions: { roles: allowed } });
    return staff;
  }
}

const mayCall = ({ roles }: Staff, allowed: readonly StaffRole[] = []): boolean =>
  allowed.some((role) => roles.includes(role));

/** Health and metrics belong to libs/http, not to the API. */
const isInfrastructure = (controller: { name: string }) => controller.name === 'HealthController';

/** Stops the app from booting while a handler declares no roles: a forgotten decorator must not open a route. */
@Injectable()
export class HandlerRolesCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    for (const { instance, metatype } of this.discovery.getControllers()) {
      if (!metatype || isInfrastructure(metatype)) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
        const roles: unknown =
          Reflect.getMetadata(rolesKey, handler) ?? Reflect.getMetadata(rolesKey, metatype);
        if (method !== undefined && roles === undefined)
          throw new Error(`${metatype.name}.${name} declares no roles: add @Roles(…) or @Public()`);
      }
    }
  }
}
