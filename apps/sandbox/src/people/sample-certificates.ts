import { randomUUID } from 'node:crypto';
import type { SampleActivities, SampleCertificate, SampleCertificateRequest } from '#activities/signing';
import { taskQueues } from '#libs/domain';
import type { TemporalClient } from '#libs/temporal';

/** Port to the CA that issues the old certificates of sample people. */
export abstract class SampleCertificates {
  /** Issues up to 100 certificates, in the order of the requests. A request id gets one certificate, also when repeated. */
  abstract issue(requests: readonly SampleCertificateRequest[]): Promise<SampleCertificate[]>;
  abstract close(): Promise<void>;
}

/** Calls the signer by a standalone activity, without a workflow. */
export class SignerSampleCertificates implements SampleCertificates {
  constructor(
    private readonly temporal: TemporalClient,
    /** How long to wait for the signer, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /** @throws ActivityExecutionFailedError if the signer does not answer in time or refuses. */
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
