import { randomUUID } from 'node:crypto';
import type { SampleActivities, SampleCertificate, SampleCertificateRequest } from '#activities/signing';
import { taskQueues } from '#libs/domain';
import type { TemporalClient } from '#libs/temporal';

/** Port to the CA that issues the old certificates of sample people. */
export abstract class SampleCertificates {
  /** Issues up to 100 certificates, in the order of the requests; each request id gets one, however often it comes. */
  abstract issue(requests: readonly SampleCertificateRequest[]): Promise<SampleCertificate[]>;
  abstract close(): Promise<void>;
}

/** The signer, reached by an activity of its own, without a workflow around it. */
export class SignerSampleCertificates implements SampleCertificates {
  constructor(
    private readonly temporal: TemporalClient,
    /** How long to wait for the signer, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /** @throws ActivityExecutionFailedError if the signer is not there in time or refuses. */
  async issue(requests: readonly SampleCertificateRequest[]): Promise<SampleCertificate[]> {
    return this.temporal.client.activity
      .typed<Pick<SampleActivities, 'issueSampleCertificates'>>()
      .execute('issueSampleCertificates', {
        id: `issue-sample-certificates/${randomUUID()}`,
        taskQueue: taskQueues.signing,
        args: [requests],
        scheduleToCloseTimeout: this.timeoutMs,
      });
  }

  async close(): Promise<void> {
    await this.temporal.close();
  }
}
