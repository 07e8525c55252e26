import { randomUUID } from 'node:crypto';
import { taskQueues } from '#libs/domain';
import type { TemporalClient } from '#libs/temporal';

/** One old certificate to be issued; asked for again by the same `requestId`, the same one comes back. */
export interface SampleCertificateRequest {
  requestId: string;
  customerId: string;
  /** The holder's name; the CA makes the distinguished name of it. */
  subjectName: string;
  /** PKCS#10, PEM */
  csr: string;
  /** ISO 8601 */
  notBefore: string;
  notAfter: string;
}

export interface SampleCertificate {
  serial: string;
  pem: string;
}

/** Port to the CA that issues the old certificates of sample people. */
export abstract class SampleCertificates {
  /** Issues up to 100 certificates and returns them in the order they were asked for. */
  abstract issue(requests: SampleCertificateRequest[]): Promise<SampleCertificate[]>;
  abstract close(): Promise<void>;
}

/** What the signer registers in development and test. */
interface SampleActivities {
  issueSampleCertificates(requests: SampleCertificateRequest[]): Promise<SampleCertificate[]>;
}

/** The signer, reached by an activity of its own, without a workflow around it. */
export class SignerSampleCertificates implements SampleCertificates {
  constructor(
    private readonly temporal: TemporalClient,
    /** How long to wait for the signer, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /** @throws ActivityExecutionFailedError if the signer is not there in time or refuses. */
  async issue(requests: SampleCertificateRequest[]): Promise<SampleCertificate[]> {
    return this.temporal.client.activity.typed<SampleActivities>().execute('issueSampleCertificates', {
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
