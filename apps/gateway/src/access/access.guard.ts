import {
  applyDecorators,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { ConfigureRoute } from '#libs/http';
import type { FastifyRequest } from 'fastify';

/** Refuses a request that `AccessCheck` has not admitted. Nest makes a guard of its own for each module. */
@Injectable()
class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<FastifyRequest>().caller !== undefined;
  }
}

/** Protects a controller or a handler: `AccessCheck` checks its calls before their bodies are read. */
export const WithAccess = (): MethodDecorator & ClassDecorator =>
  applyDecorators(UseGuards(AccessGuard), ConfigureRoute({ needsAccess: true }));
