import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { ProblemError } from '#libs/http';
import { RestoreGuard } from './restore.guard.js';

const call = (method: string) =>
  ({ switchToHttp: () => ({ getRequest: () => ({ method }) }) }) as ExecutionContext;

describe('the gateway, while a restored database waits to be reconciled', () => {
  const guard = new RestoreGuard({ pending: true });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('answers %s with 503 and when to come again', (method) => {
    const refusal = (() => {
      try {
        return guard.canActivate(call(method));
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(ProblemError);
    expect(refusal).toMatchObject({ type: 'unavailable', status: 503, headers: { 'retry-after': '30' } });
  });

  it('lets customers read', () => {
    expect(guard.canActivate(call('GET'))).toBe(true);
  });

  it('lets everything in once it is reconciled', () => {
    expect(new RestoreGuard({ pending: false }).canActivate(call('POST'))).toBe(true);
  });
});
