import { setTimeout as delay } from 'node:timers/promises';
import { workflowIdOf } from '#libs/domain';
import type { TemporalAddress } from '#libs/temporal';
import { Connection } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';

/** Reads histories of reissues as Temporal stores them, without decoding payloads. */
export class TemporalHistories {
  private constructor(
    private readonly connection: Connection,
    private readonly namespace: string,
  ) {}

  static async connect({ address, namespace, credentials }: TemporalAddress): Promise<TemporalHistories> {
    const connection = await Connection.connect({
      address,
      ...(credentials && { tls: credentials.tlsConfig }),
    });
    return new TemporalHistories(connection, namespace);
  }

  /** The events of a reissue's history so far. */
  async of(reissueId: string): Promise<History> {
    const events: NonNullable<History['events']> = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await this.connection.workflowService.getWorkflowExecutionHistory({
        namespace: this.namespace,
        execution: { workflowId: workflowIdOf(reissueId) },
        ...(nextPageToken ? { nextPageToken } : {}),
      });
      events.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken);
    return { events };
  }

  /**
   * Waits until the workflow of a reissue has closed, and counts the events of its history.
   *
   * @throws Error if it has not closed in time
   */
  async lengthWhenClosed(reissueId: string, timeoutMs = 60_000): Promise<number> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const { workflowExecutionInfo } = await this.connection.workflowService.describeWorkflowExecution({
        namespace: this.namespace,
        execution: { workflowId: workflowIdOf(reissueId) },
      });
      if (workflowExecutionInfo?.closeTime) return Number(workflowExecutionInfo.historyLength);
      if (performance.now() > end) throw new Error(`the workflow of ${reissueId} has not closed`);
      await delay(100);
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
