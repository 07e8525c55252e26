import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { RestorePending, type RestoreWatch } from '#libs/restore';
import type { FastifyRequest } from 'fastify';
import { unavailable } from './problems.js';

/** When it is worth asking again: an engineer has to reconcile the database first. Seconds. */
const retryAfterSeconds = 30;
const reading: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Answers calls that change something with 503 at once while a restored database waits to be reconciled. */
export class RestoreGuard implements CanActivate {
  constructor(private readonly restores: Pick<RestoreWatch, 'pending'>) {}

  canActivate(context: ExecutionContext): boolean {
    const { method } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!this.restores.pending || reading.includes(method)) return true;
    throw unavailable(new RestorePending(), retryAfterSeconds);
  }
}
