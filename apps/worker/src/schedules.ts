import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { taskQueues } from '#libs/domain';

/** A workflow that keeps house between reissues. */
interface ScheduleDefinition {
  /** Of the schedule, and of the one workflow it runs at a time. */
  readonly id: string;
  /** The workflow's type. */
  readonly workflow: string;
  /** As the Temporal client reads it, e.g. `1 minute`. */
  readonly every: string;
  /** No run lives longer; the next one begins anew. */
  readonly runTimeout: string;
}

const schedules: readonly ScheduleDefinition[] = [
  { id: 'reconcile', workflow: 'reconcile', every: '1 minute', runTimeout: '2 minutes' },
  { id: 'publish-crl', workflow: 'publishCrl', every: '1 minute', runTimeout: '2 minutes' },
  { id: 'archive', workflow: 'archive', every: '1 minute', runTimeout: '10 minutes' },
  { id: 'retention', workflow: 'retention', every: '1 hour', runTimeout: '30 minutes' },
  { id: 'release-holds', workflow: 'releaseHolds', every: '1 hour', runTimeout: '30 minutes' },
];

/** Makes the schedules that are not there yet. Whoever starts first makes them; the others find them. */
export async function ensureSchedules(client: Client): Promise<void> {
  for (const schedule of schedules) await ensure(client, schedule);
}

async function ensure(
  client: Client,
  { id, workflow, every, runTimeout }: ScheduleDefinition,
): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: id,
      spec: { intervals: [{ every }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: every },
      action: {
        type: 'startWorkflow',
        workflowType: workflow,
        workflowId: id,
        taskQueue: taskQueues.reissue,
        workflowRunTimeout: runTimeout,
      },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
