import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { workflowIdOf } from '#libs/domain';
import { environmentOf } from '../support/app-environment.js';
import { AppCopy } from '../support/app-copies.js';
import { oldSerialOf } from '../support/certificates.js';
import type { Customer } from '../support/customer.js';
import { newIdempotencyKey } from '../support/gateway.js';
import { expectSuccess } from '../support/http.js';
import { ordinaryPath } from '../support/ordinary-path.js';
import { connectToStack } from '../support/running-stack.js';
import { StackControl } from '../support/stack-control.js';
import { until } from '../support/until.js';
import { checkVid } from '../support/vid-check.js';

jest.setTimeout(300_000);
const stack = connectToStack();
const control = new StackControl();

/** New ones in each run, because Temporal keeps versions. */
const run = randomBytes(4).toString('hex');
const [former, present] = [`former-${run}`, `present-${run}`];

/** `npm run setup -- worker-version …`, and what it prints of each version. */
async function workerVersion(...args: string[]): Promise<string[]> {
  const script = join(projectRoot(), 'dist/apps/setup/src/main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'worker-version', ...args], {
    env: { PATH: process.env.PATH, ...environmentOf('setup') },
  });
  return stdout.trim().split('\n');
}

const startWorker = async (buildId: string): Promise<AppCopy> => {
  const worker = await AppCopy.start('worker', { RESEAL_WORKER_BUILD_ID: buildId });
  await worker.untilReady();
  return worker;
};

/** The version on which the reissue's last workflow task ran. */
async function versionOf(customer: Customer): Promise<string | undefined> {
  const { workflowExecutionInfo } = await stack.temporal.workflowService.describeWorkflowExecution({
    namespace: stack.temporal.options.namespace,
    execution: { workflowId: workflowIdOf(customer.reissueId) },
  });
  return workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

const begin = async (): Promise<Customer> => {
  const customer = await stack.newCustomer('VALID');
  expectSuccess(await customer.start());
  return customer;
};

const finish = async (customer: Customer): Promise<void> => {
  for (const { call } of ordinaryPath.slice(1)) expectSuccess(await call(customer));
  expect((await customer.fetchReissue()).body).toMatchObject({ state: 'REGISTERED' });
};

describe('versions of the worker', () => {
  let formerWorker: AppCopy;
  let presentWorker: AppCopy;
  let fromUnversioned: Customer;
  let first: Customer;
  let second: Customer;
  let stranded: Customer;
  /** Repeated after it was not answered. */
  const strandedCall = { idempotencyKey: newIdempotencyKey() };

  beforeAll(async () => {
    fromUnversioned = await begin();
    formerWorker = await startWorker(former);
    await workerVersion('--build-id', former);
    await control.stop('worker');
    [first, stranded] = [await begin(), await begin()];
    presentWorker = await startWorker(present);
  });
  afterAll(async () => {
    await control.start('worker');
    await workerVersion('--unversioned');
    await presentWorker.end();
    await formerWorker.end();
    await control.restore(stack);
    await stack.close();
  });

  it('The first version takes over the reissues of workers without a version', async () => {
    expect(await versionOf(fromUnversioned)).toBeUndefined();
    await finish(fromUnversioned);
    expect(await versionOf(fromUnversioned)).toBe(former);
  });

  it('A version of which no worker polls is not made the current one', async () => {
    const refused = workerVersion('--build-id', `unknown-${run}`, '--wait', '1');
    await expect(refused).rejects.toThrow(`No worker with RESEAL_WORKER_BUILD_ID=unknown-${run} polls`);
  });

  it('A reissue ends on the version on which it began, and new ones begin on the current version', async () => {
    expect(await workerVersion('--build-id', present)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`${former}: drains, 2 open reissues, workers poll`),
        expect.stringContaining(`${present}: current, `),
      ]),
    );
    second = await begin();
    await finish(first);
    await finish(second);
    expect(await Promise.all([first, second].map(versionOf))).toEqual([former, present]);
  });

  it('A scheduled workflow runs on the current version', async () => {
    await stack.temporal.schedule.getHandle('reconcile').trigger();
    await until('a run of the reconciliation on the current version', async () => {
      const query = `WorkflowType = 'reconcile' AND TemporalWorkerDeploymentVersion = 'reseal-worker:${present}'`;
      return (await stack.temporal.workflow.count(query)).count > 0;
    });
  });

  it('A call that needs no workflow is answered by workers with a version', async () => {
    const person = await stack.sandbox.makePerson('VALID');
    const checked = await checkVid(stack.gateway, oldSerialOf(person)!, person.rrn, person.oldRandom!);
    expect(expectSuccess(checked)).toMatchObject({ matches: true });
  });

  it('A reissue without a worker of its version is answered with 503, and the metric counts it', async () => {
    const counted = () =>
      presentWorker.metric('reseal_pinned_reissues_without_worker', `build_id="${former}"`);
    expect(await counted()).toBe(0);
    await formerWorker.end();
    await until('the metric', async () => (await counted()) === 1, { timeoutMs: 150_000 });
    const answer = await stranded.requestChallenges(undefined, { ...strandedCall, patienceMs: 0 });
    expect(answer).toMatchObject({ status: 503 });
  });

  it('A moved reissue ends on the current version, and its former version is reported as drained', async () => {
    expect(await workerVersion('--move-from', former)).toContain(
      `Would move 1 open reissues from ${former} to ${present}. Repeat with --confirm.`,
    );
    await workerVersion('--move-from', former, '--confirm');
    expectSuccess(await stranded.requestChallenges(undefined, strandedCall));
    await finish(stranded);
    expect(await versionOf(stranded)).toBe(present);
    await until('the former version to be drained', async () =>
      (await workerVersion()).some((line) => line.startsWith(`${former}: drained, 0 open reissues`)),
    );
    const stillPinned = () =>
      presentWorker.metric('reseal_pinned_reissues_without_worker', `build_id="${former}"`);
    expect(await stillPinned()).toBe(0);
  });
});
