import { taskQueues } from '#libs/domain';
import type { Client } from '@temporalio/client';

/** TaskQueueType of Temporal's API. */
const kinds = { workflow: 1, activity: 2 } as const;

/** The identities of the workers that have polled a task queue in the last minutes: process id and host. */
export async function pollersOf(temporal: Client, queue: keyof typeof taskQueues): Promise<string[]> {
  const { namespace } = temporal.options;
  const described = await Promise.all(
    Object.values(kinds).map((taskQueueType) =>
      temporal.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: taskQueues[queue] },
        taskQueueType,
      }),
    ),
  );
  return described.flatMap(({ pollers }) => (pollers ?? []).map(({ identity }) => identity ?? ''));
}
