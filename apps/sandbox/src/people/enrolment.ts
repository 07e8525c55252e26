import { createPrivateKey, X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { hash } from '@node-rs/argon2';
import { computeVirtualId } from '#libs/npki';
import type { Selectable } from 'kysely';
import { SandboxClock } from '../clock.js';
import type { PersonTable } from '../database.js';
import { enrolmentDelayed } from '../problems.js';
import { BankRegistry } from './bank-registry.js';
import { createCertificateRequest } from './certificate-request.js';
import { People } from './people.js';
import type { Holding, Person, PersonKind } from './person.js';
import { SampleCertificates } from './sample-certificates.js';

/** The number of certificates that the CA issues in one call. */
const batchSize = 100;
const retryMs = 5_000;
/** Argon2id with the minimum parameters that OWASP recommends. */
const verifierCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

type PersonRow = Selectable<PersonTable>;

/**
 * Makes sample people customers of the bank:
 * 1. record the person with their key, PENDING;
 * 2. let the CA issue the old certificate, keyed by the person's id;
 * 3. write customer, password verifier and resident registration number (if the bank has it) into the bank's registry;
 * 4. mark the person ENROLLED; from then on the person is shown.
 * Every step is idempotent, so an interrupted enrolment starts from the beginning.
 */
@Injectable()
export class Enrolment {
  private readonly log = new Logger(Enrolment.name);
  private readonly stopping = new AbortController();
  private catchingUp: Promise<void> | undefined;

  constructor(
    private readonly people: People,
    private readonly certificates: SampleCertificates,
    private readonly registry: BankRegistry,
    private readonly clock: SandboxClock,
  ) {}

  onApplicationBootstrap(): void {
    this.catchUp();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.catchingUp;
  }

  /**
   * Creates and enrols a person for each holding.
   * @throws ProblemError 503 if bank or CA cannot be reached; the people are enrolled later.
   */
  async enrol(holdings: readonly Holding[], kind: PersonKind = {}): Promise<Person[]> {
    const rows = await this.people.invent(holdings, kind);
    try {
      await this.finish(rows);
    } catch (error) {
      this.catchUp();
      throw enrolmentDelayed(error);
    }
    return this.people.byIds(rows.map((row) => row.person_id));
  }

  /** Completes open enrolments in the background, once bank and CA are up. */
  private catchUp(): void {
    this.catchingUp ??= this.finishPending().finally(() => (this.catchingUp = undefined));
  }

  private async finishPending(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const rows = await this.people.pending(batchSize);
        if (rows.length === 0) return;
        await this.finish(rows);
        this.log.log(`completed ${rows.length} open enrolments`);
      } catch (error) {
        this.log.warn(`open enrolments cannot be completed yet: ${(error as Error).message}`);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async finish(rows: readonly PersonRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += batchSize) {
      const batch = rows.slice(start, start + batchSize);
      const [verifiers, certificates] = await Promise.all([
        Promise.all(batch.map((row) => hash(row.certificate_password, verifierCost))),
        this.issue(batch),
      ]);
      await this.registry.enrol(
        batch.map((row, index) => ({
          customerId: row.person_id,
          ci: row.ci,
          name: row.name,
          mobile: row.mobile,
          carrier: row.carrier,
          email: row.email,
          bankCode: row.bank_code,
          accountNumber: row.account_number,
          rrn: row.rrn_on_file ? row.rrn : undefined,
          verifier: verifiers[index]!,
        })),
        this.clock.now(),
      );
      await this.people.markEnrolled(
        batch.map(({ person_id, certificate }) => ({
          personId: person_id,
          certificate: certificates.get(person_id) ?? certificate,
        })),
      );
    }
  }

  /** The old certificates, by person. */
  private async issue(rows: readonly PersonRow[]): Promise<Map<string, string>> {
    const holders = rows.flatMap((row) =>
      row.private_key && row.random && row.not_before && row.not_after
        ? [
            {
              ...row,
              private_key: row.private_key,
              random: row.random,
              not_before: row.not_before,
              not_after: row.not_after,
            },
          ]
        : [],
    );
    if (holders.length === 0) return new Map();
    const issued = await this.certificates.issue(
      await Promise.all(
        holders.map(async (row) => ({
          requestId: row.person_id,
          customerId: row.person_id,
          subjectName: row.name,
          virtualId: Buffer.from(
            computeVirtualId({ idn: row.rrn, random: Buffer.from(row.random, 'hex') }),
          ).toString('hex'),
          csr: await createCertificateRequest(row.private_key, row.name),
          notBefore: row.not_before.toISOString(),
          notAfter: row.not_after.toISOString(),
        })),
      ),
    );
    return new Map(
      holders.map((row, index) => {
        const pem = issued[index]?.pem ?? '';
        if (!new X509Certificate(pem).checkPrivateKey(createPrivateKey(row.private_key)))
          throw new Error(`the certificate issued for person ${row.person_id} is for another key`);
        return [row.person_id, pem];
      }),
    );
  }
}
