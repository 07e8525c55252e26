import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleDescription,
} from '@temporalio/client';
import { taskQueues } from '#libs/domain';

/** A workflow that runs at intervals, for work that belongs to no single reissue. */
export interface ScheduleDefinition {
  /** Of the schedule, and of the one workflow that it runs at a time. */
  readonly id: string;
  /** The workflow's type. */
  readonly workflow: string;
  readonly everyMs: number;
  /** A run that takes longer is ended; the next run begins from the start. */
  readonly runTimeoutMs: number;
}

const minute = 60_000;
const hour = 60 * minute;

const schedules: readonly ScheduleDefinition[] = [
  { id: 'reconcile', workflow: 'reconcile', everyMs: minute, runTimeoutMs: 2 * minute },
  { id: 'publish-crl', workflow: 'publishCrl', everyMs: minute, runTimeoutMs: 2 * minute },
  { id: 'archive', workflow: 'archive', everyMs: minute, runTimeoutMs: 10 * minute },
  { id: 'retention', workflow: 'retention', everyMs: hour, runTimeoutMs: 30 * minute },
  { id: 'release-holds', workflow: 'releaseHolds', everyMs: hour, runTimeoutMs: 30 * minute },
  { id: 'announce-expiry', workflow: 'announceExpiry', everyMs: 10 * minute, runTimeoutMs: hour },
];

/**
 * Creates the schedules that Temporal does not have, and updates those that differ from their definition. An operator's
 * pause stays. Several workers may call this at once: they write the same.
 */
export async function ensureSchedules(client: Pick<Client, 'schedule'>, definitions = schedules) {
  for (const definition of definitions) await ensureSchedule(client, definition);
}

/** The ids of schedules that Temporal does not have, or that differ from their definition. */
export async function outdatedSchedules(
  { schedule }: Pick<Client, 'schedule'>,
  definitions = schedules,
): Promise<string[]> {
  const outdated = await Promise.all(
    definitions.map(async (definition) => {
      try {
        return isAsDefined(await schedule.getHandle(definition.id).describe(), definition)
          ? []
          : [definition.id];
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
        return [definition.id];
      }
    }),
  );
  return outdated.flat();
}

/** The ids of all schedules. */
export const scheduleIds: readonly string[] = schedules.map(({ id }) => id);

async function ensureSchedule(
  { schedule }: Pick<Client, 'schedule'>,
  definition: ScheduleDefinition,
): Promise<void> {
  const options = optionsOf(definition);
  try {
    await schedule.create({ scheduleId: definition.id, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const handle = schedule.getHandle(definition.id);
    if (isAsDefined(await handle.describe(), definition)) return;
    await handle.update(({ state }) => ({ ...options, state }));
  }
}

const optionsOf = ({ id, workflow, everyMs, runTimeoutMs }: ScheduleDefinition) => ({
  spec: { intervals: [{ every: everyMs }] },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: everyMs },
  action: {
    type: 'startWorkflow' as const,
    workflowType: workflow,
    workflowId: id,
    taskQueue: taskQueues.reissue,
    workflowRunTimeout: runTimeoutMs,
  },
});

/** Whether Temporal's schedule is the one that a definition creates. */
function isAsDefined(
  { spec, policies, action }: ScheduleDescription,
  definition: ScheduleDefinition,
): boolean {
  const [interval, ...others] = spec.intervals ?? [];
  const { spec: wanted, policies: wantedPolicies, action: wantedAction } = optionsOf(definition);
  return (
    others.length === 0 &&
    interval?.every === wanted.intervals[0]?.every &&
    policies.overlap === wantedPolicies.overlap &&
    policies.catchupWindow === wantedPolicies.catchupWindow &&
    action.workflowType === wantedAction.workflowType &&
    action.taskQueue === wantedAction.taskQueue &&
    action.workflowRunTimeout === wantedAction.workflowRunTimeout
  );
}
