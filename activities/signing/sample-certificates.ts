import { ApplicationFailure } from '@temporalio/common';
import { checkCertificateRequest, newSerialNumber, signCertificate } from '#libs/ca';
import { pemOf } from '#libs/der';
import { certificatesOfEnrolments, insertEnrolled, type NewCertificate } from '#libs/db/certificates';
import { buildAndLint, NotBuildable, type BuiltCertificate } from './build-and-lint.js';
import type { SigningPorts } from './ports.js';

/** A certificate of a sample person, as if the bank had issued it long ago. */
export interface SampleCertificateRequest {
  /** A repeated request with the same id returns the same certificate. */
  readonly requestId: string;
  readonly customerId: string;
  readonly subjectName: string;
  /** The VID of the person and their key, hexadecimal. */
  readonly virtualId: string;
  /** PKCS#10, PEM. */
  readonly csr: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface SampleCertificate {
  readonly serial: string;
  readonly pem: string;
}

export interface SampleActivities {
  /** Issues certificates for sample people, in the order of the requests. Each becomes the certificate on file. */
  issueSampleCertificates(requests: readonly SampleCertificateRequest[]): Promise<SampleCertificate[]>;
}

/**
 * For development and tests only. There are no intents: a certificate without a row was never delivered, and its person
 * is fictional.
 */
export function createSampleActivities(ports: Omit<SigningPorts, 'logger' | 'terms'>): SampleActivities {
  const { db, authorities, profile, clock } = ports;

  async function make(request: SampleCertificateRequest): Promise<NewCertificate> {
    const key = await checkCertificateRequest(request.csr);
    if (!key.ok)
      throw ApplicationFailure.nonRetryable('the request for a sample certificate is refused', key.code);
    const now = clock();
    const notBefore = new Date(request.notBefore);
    const authority = authorities.current;
    const input = {
      serial: newSerialNumber(),
      request: key,
      validity: { notBefore, notAfter: new Date(request.notAfter) },
      realName: request.subjectName,
      virtualId: Buffer.from(request.virtualId, 'hex'),
      digits: undefined,
    };
    const { tbs, columns } = buildOrFail({ authority, profile }, input, now);
    return {
      ...columns,
      customer_id: request.customerId,
      enrolment_id: request.requestId,
      basis: 'NEW',
      state: 'STORED',
      der: await signCertificate(authority, tbs),
      on_file: true,
      created_at: now,
      stored_at: now,
      registered_at: notBefore,
    };
  }

  return {
    async issueSampleCertificates(requests) {
      if (requests.length === 0) return [];
      const ids = requests.map((request) => request.requestId);
      const existing = new Set((await certificatesOfEnrolments(db, ids)).map((row) => row.enrolment_id));
      const missing = requests.filter((request) => !existing.has(request.requestId));
      if (missing.length > 0) await insertEnrolled(db, await Promise.all(missing.map(make)));
      // Another signer may have inserted the same enrolment first: the stored certificate is the result.
      const rows = await certificatesOfEnrolments(db, ids);
      const byId = new Map(rows.map((row) => [row.enrolment_id, row]));
      return ids.map((id) => {
        const row = byId.get(id);
        if (!row?.der) throw new Error(`the certificate of enrolment ${id} is missing`);
        return { serial: row.serial, pem: pemOf(row.der) };
      });
    },
  };
}

function buildOrFail(...how: Parameters<typeof buildAndLint>): BuiltCertificate {
  try {
    return buildAndLint(...how);
  } catch (error) {
    if (!(error instanceof NotBuildable)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, error.type);
  }
}
