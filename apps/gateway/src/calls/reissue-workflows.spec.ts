import { describe, expect, it } from '@jest/globals';
import {
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import type { StepResult } from '#libs/domain';
import { isDependencyDown } from '#libs/temporal';
import { ReissueWorkflows } from './reissue-workflows.js';

const reissueId = `ri_${'a'.repeat(32)}`;
const cancel = {
  kind: 'cancel',
  updateId: 'u1',
  requestHmac: 'h',
  origin: { address: '192.0.2.1', agent: '' },
} as const;
const grpcError = (code: number) =>
  Object.assign(new Error(`status ${code}`), { code, details: '', metadata: { get: () => [] } });
const timeout = new WorkflowUpdateRPCTimeoutOrCancelledError('deadline', { cause: grpcError(4) });

/** A client whose updates end with `update` and whose polls find the stage `stage`. */
const workflows = (update: () => Promise<unknown>, stage: () => number = () => 0) =>
  new ReissueWorkflows(
    {
      options: { namespace: 'reseal' },
      withDeadline: (_: number, call: () => unknown) => call(),
      workflow: { getHandle: () => ({ executeUpdate: update }), executeUpdateWithStart: update },
      workflowService: { pollWorkflowExecutionUpdate: async () => ({ stage: stage() }) },
    } as unknown as Client,
    10,
  );
const failing = (error: Error, stage?: () => number) =>
  workflows(() => Promise.reject(error), stage).send(reissueId, cancel, 1);

describe('a message to a workflow', () => {
  it('A message is completed with the result of its step', async () => {
    const result = { status: 'DONE' } as StepResult;
    const delivery = workflows(() => Promise.resolve(result)).send(reissueId, cancel, 1);
    expect(await delivery).toEqual({ reached: 'COMPLETED', result });
  });

  it('A message that is not completed in time is accepted only if the history of the workflow has it', async () => {
    expect(await failing(timeout, () => 2)).toEqual({ reached: 'ACCEPTED' });
    expect(await failing(timeout, () => 3)).toEqual({ reached: 'ACCEPTED' });
    const cancelled = new WorkflowUpdateRPCTimeoutOrCancelledError('cancelled', { cause: grpcError(1) });
    expect(await failing(cancelled, () => 2)).toEqual({ reached: 'ACCEPTED' });
    expect(await failing(timeout, () => 1)).toEqual({ reached: 'UNKNOWN' });
    const unreachable = () => {
      throw grpcError(14);
    };
    expect(await failing(timeout, unreachable)).toEqual({ reached: 'UNKNOWN' });
  });

  it.each([
    ['is unknown', new WorkflowNotFoundError('gone', reissueId, undefined)],
    ['ended while it had the message', new WorkflowUpdateFailedError('ended', undefined)],
    ['had ended before', new ServiceError('closed', { cause: grpcError(6) })],
    ['had ended before (error of update-with-start)', grpcError(6)],
  ])('A message is not delivered to a workflow that %s', async (_, error) => {
    expect(await failing(error)).toEqual({ reached: 'NO_WORKFLOW' });
  });

  it('Any other error of a message is thrown to the edge', async () => {
    for (const code of [8, 14]) {
      const error = new ServiceError('no', { cause: grpcError(code) });
      await expect(failing(error)).rejects.toBe(error);
      expect(isDependencyDown(error)).toBe(true);
    }
    const misled = Object.assign(grpcError(5), { message: 'Namespace reseal is not found.' });
    expect(isDependencyDown(new ServiceError('no', { cause: misled }))).toBe(true);
    expect(isDependencyDown(new ServiceError('no', { cause: grpcError(3) }))).toBe(false);
    expect(isDependencyDown(new TypeError('a bug'))).toBe(false);
  });
});
