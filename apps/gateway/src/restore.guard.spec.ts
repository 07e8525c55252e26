import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { ProblemError } from '#libs/http';
import { RestoreGuard } from './restore.guard.js';

const call = (method: string) =>
  ({ switchToHttp: () => ({ getRequest: () => ({ method }) }) }) as ExecutionContext;

describe('the gateway, while a restored database waits to be reconciled', () => {
  const guard = new RestoreGuard({ pending: true });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'The restore guard answers %s with 503 and Retry-After while a database is not reconciled',
    (method) => {
      const refusal = (() => {
        try {
          return guard.canActivate(call(method));
        } catch (error) {
          return error;
        }
      })();
      expect(refusal).toBeInstanceOf(ProblemError);
      expect(refusal).toMatchObject({ type: 'unavailable', status: 503, headers: { 'retry-after': '30' } });
    },
  );

  it('The restore guard admits reads while a database is not reconciled', () => {
    expect(guard.canActivate(call('GET'))).toBe(true);
  });

  it('The restore guard admits all calls once the database is reconciled', () => {
    expect(new RestoreGuard({ pending: false }).canActivate(call('POST'))).toBe(true);
  });
});
