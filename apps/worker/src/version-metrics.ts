import { taskQueues } from '#libs/domain';
import { workerVersions, type WorkerVersion } from '#libs/temporal';
import type { Client } from '@temporalio/client';
import { Gauge, type Registry } from 'prom-client';

/** Adds the metrics of the worker's versions. They are absent while Temporal cannot be reached. */
export function registerVersionMetrics(client: Client, registry: Registry): void {
  /** Both gauges are collected at the same time, and share one answer of Temporal. */
  let reading: Promise<WorkerVersion[]> | undefined;
  const read = () =>
    (reading ??= workerVersions(client, taskQueues.reissue)
      .catch(() => [])
      .finally(() => (reading = undefined)));
  const gauge = (
    name: `reseal_${string}`,
    help: string,
    valueOf: (version: WorkerVersion) => number,
  ): Gauge<'build_id'> =>
    new Gauge({
      name,
      help,
      labelNames: ['build_id'],
      registers: [registry],
      async collect() {
        const versions = await read();
        this.reset();
        for (const version of versions) this.set({ build_id: version.buildId }, valueOf(version));
      },
    });
  gauge('reseal_pinned_reissues', 'Open reissues pinned to a version of the worker', ({ pinned }) => pinned);
  gauge(
    'reseal_pinned_reissues_without_worker',
    'Open reissues pinned to a version of the worker of which no worker polls',
    ({ pinned, polled }) => (polled ? 0 : pinned),
  );
}
