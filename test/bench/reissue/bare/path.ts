import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { stateFolder } from '../../../support/app-environment.js';
import { until } from '../../../support/until.js';
import { historyEventsOf } from '../history-events.js';
import type { MadeReissue, Path, StepTime } from '../paths.js';
import { bareNames, bareSteps, type BareStep } from './shape.js';

const grpcAlreadyExists = 6;
const retentionSeconds = 86_400;

/** The bare shape: registers its namespace and starts its worker in a process of its own, which ends with this one. */
export async function openBarePath(address: string): Promise<Path> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace: bareNames.namespace });
  await provideNamespace(client);
  const worker = startWorker();
  return {
    kind: 'bare',
    workerPid: worker.pid!,
    prepare: (count) => Promise.resolve(Array.from({ length: count }, () => () => makeReissue(client))),
    historyEvents: (workflowId) => historyEventsOf(client, workflowId),
    close: async () => {
      worker.kill('SIGTERM');
      await connection.close();
    },
  };
}

async function provideNamespace({ workflowService }: Client): Promise<void> {
  const { namespace } = bareNames;
  await workflowService
    .registerNamespace({
      namespace,
      // protobufjs takes a number for a Long.
      workflowExecutionRetentionPeriod: { seconds: retentionSeconds as never },
    })
    .catch((error: unknown) => {
      if ((error as { code?: number }).code !== grpcAlreadyExists) throw error;
    });
  // The query succeeds when every service knows the namespace.
  await until(`Temporal namespace ${namespace}`, () =>
    workflowService.countWorkflowExecutions({ namespace }),
  );
}

function startWorker() {
  const output = openSync(join(stateFolder(), 'logs', 'bare-worker.log'), 'a');
  const script = join(import.meta.dirname, 'worker.js');
  const child = spawn(process.execPath, ['--enable-source-maps', script], {
    stdio: ['ignore', output, output],
  });
  child.once('exit', (code) => {
    if (code !== 0 && code !== null) console.error(`the bare worker ended with ${code}, see its log`);
  });
  child.unref();
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function makeReissue(client: Client): Promise<MadeReissue> {
  const workflowId = `bare-${randomUUID()}`;
  const steps: StepTime[] = [];
  const began = performance.now();
  for (const step of bareSteps) {
    const since = performance.now();
    await update(client, workflowId, step);
    steps.push({ name: step, ms: performance.now() - since });
  }
  return { workflowId, steps, ms: performance.now() - began };
}

async function update(client: Client, workflowId: string, step: BareStep): Promise<void> {
  const options = { args: [step] as [BareStep], updateId: step };
  if (step === 'start')
    await client.workflow.executeUpdateWithStart<() => Promise<void>, number, [BareStep]>(bareNames.update, {
      ...options,
      startWorkflowOperation: new WithStartWorkflowOperation(bareNames.workflow, {
        workflowId,
        taskQueue: bareNames.taskQueue,
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    });
  else
    await client.workflow.getHandle(workflowId).executeUpdate<number, [BareStep]>(bareNames.update, options);
}
