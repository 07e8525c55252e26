import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { concatMap, finalize, forkJoin, map } from 'rxjs';
import { switchedOff } from '../problems.js';
import { Faults } from './faults.js';
import type { ProviderName } from './faults.js';

/** Names the provider whose faults apply to a controller's calls. */
export const ActsAs = Reflector.createDecorator<ProviderName>();

/** Applies the fault of a provider to its calls. */
@Injectable()
export class FaultInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly faults: Faults,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const provider = this.reflector.get(ActsAs, context.getClass());
    if (provider === undefined) return next.handle();

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const fault = this.faults.of(provider);
    const { mode } = fault;
    // A GET does no work, so `late`, `twice` and `lost` do not apply: a caller without an answer can ask for the outcome.
    const works = request.method !== 'GET';

    if (mode === 'down') throw switchedOff(provider);
    if (mode === 'slow') await this.faults.wait(provider, fault);
    if (mode === 'late' && works)
      return next.handle().pipe(
        concatMap(async (answer: unknown) => {
          await this.faults.wait(provider, fault);
          return answer;
        }),
      );
    if (mode === 'twice' && works)
      return forkJoin([next.handle(), next.handle()]).pipe(map(([first]) => first as unknown));
    if (mode === 'lost' && works) return next.handle().pipe(finalize(() => request.raw.socket.destroy()));
    return next.handle();
  }
}
