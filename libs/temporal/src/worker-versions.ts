import type { Client } from '@temporalio/client';
import { grpcStatusOf, grpcStatus } from './dependency-down.js';

/** The name under which Temporal knows all versions of the worker. */
export const workerDeployment = 'reseal-worker';

/** A version of the worker, which its build id names. */
export interface WorkerVersion {
  readonly buildId: string;
  /** Whether new reissues begin on it, and all workflows that are not pinned continue on it. */
  readonly current: boolean;
  /** The number of open reissues that only this version continues. */
  readonly pinned: number;
  /** Whether a worker of this version polls. */
  readonly polled: boolean;
}

/** Workers poll again after a minute, so one that last polled earlier than this is gone. */
const longestPauseSeconds = 90;

/** TaskQueueType and PinnedOverrideBehavior of Temporal's API. */
const workflowTasks = 1;
const pinnedOverride = 1;

/** The versions of the worker that Temporal knows. There are none before the first worker with a build id. */
export async function workerVersions(client: Client, taskQueue: string): Promise<WorkerVersion[]> {
  const deployment = await describeDeployment(client);
  const current = deployment?.routingConfig?.currentDeploymentVersion?.buildId;
  const buildIds = (deployment?.versionSummaries ?? [])
    .map(({ deploymentVersion }) => deploymentVersion?.buildId)
    .filter((buildId) => buildId !== undefined && buildId !== null);
  // Most installations have none, and each scrape of the metrics comes here.
  if (buildIds.length === 0) return [];
  const polled = await polledBuildIds(client, taskQueue);
  return Promise.all(
    buildIds.map(async (buildId) => ({
      buildId,
      current: buildId === current,
      pinned: (await client.workflow.count(openPinned(buildId))).count,
      polled: polled.has(buildId),
    })),
  );
}

/**
 * Makes a version the current one.
 *
 * @param buildId undefined for the workers without a build id
 * @throws if no worker of this version has polled yet
 */
export async function setCurrentVersion(client: Client, buildId: string | undefined): Promise<void> {
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    deploymentName: workerDeployment,
    buildId: buildId ?? '',
    identity: client.options.identity,
  });
}

/**
 * Pins all open reissues of one version to another. Only workers whose code replays their histories may continue them.
 *
 * @returns how many were moved
 */
export async function movePinned(client: Client, from: string, to: string): Promise<number> {
  let moved = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query: openPinned(from) })) {
    try {
      await client.workflowService.updateWorkflowExecutionOptions({
        namespace: client.options.namespace,
        workflowExecution: { workflowId, runId },
        workflowExecutionOptions: {
          versioningOverride: {
            pinned: { behavior: pinnedOverride, version: { deploymentName: workerDeployment, buildId: to } },
          },
        },
        updateMask: { paths: ['versioning_override'] },
        identity: client.options.identity,
      });
      moved += 1;
    } catch (error) {
      // It ended after it was listed.
      if (grpcStatusOf(error) !== grpcStatus.notFound) throw error;
    }
  }
  return moved;
}

const openPinned = (buildId: string) =>
  `ExecutionStatus = 'Running' AND TemporalWorkflowVersioningBehavior = 'Pinned' AND ` +
  `TemporalWorkerDeploymentVersion = '${workerDeployment}:${buildId}'`;

async function describeDeployment(client: Client) {
  try {
    const { workerDeploymentInfo } = await client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: workerDeployment,
    });
    return workerDeploymentInfo;
  } catch (error) {
    if (grpcStatusOf(error) === grpcStatus.notFound) return undefined;
    throw error;
  }
}

/** Temporal lists the pollers of one partition of a task queue, and a worker polls several of them. */
async function polledBuildIds(client: Client, taskQueue: string): Promise<Set<string>> {
  const { namespace } = client.options;
  const { workflowTaskQueuePartitions: partitions } = await client.workflowService.listTaskQueuePartitions({
    namespace,
    taskQueue: { name: taskQueue },
  });
  const described = await Promise.all(
    (partitions ?? []).map(({ key }) =>
      client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: key ?? taskQueue },
        taskQueueType: workflowTasks,
      }),
    ),
  );
  const oldest = Date.now() / 1_000 - longestPauseSeconds;
  const polling = described
    .flatMap(({ pollers }) => pollers ?? [])
    .filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) > oldest)
    .map(({ deploymentOptions }) => deploymentOptions?.buildId);
  return new Set(polling.filter((buildId) => buildId !== undefined && buildId !== null));
}
