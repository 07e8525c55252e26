import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { RestorePending, type RestoreWatch } from '#libs/restore';
import type { FastifyRequest } from 'fastify';
import { unavailable } from './problems.js';

/** Retry-After in seconds: an engineer has to reconcile the database first. */
const retryAfterSeconds = 30;
const readOnlyMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Answers calls that change data with 503 while a restored database is not reconciled. */
export class RestoreGuard implements CanActivate {
  constructor(private readonly restores: Pick<RestoreWatch, 'pending'>) {}

  canActivate(context: ExecutionContext): boolean {
    const { method } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!this.restores.pending || readOnlyMethods.includes(method)) return true;
    throw unavailable(new RestorePending(), retryAfterSeconds);
  }
}
