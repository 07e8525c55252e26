import { outcomeOfAct, certificateStatusOf, type CertificateAct } from '#libs/domain';
import type { Database } from '#libs/db';
import { changeableCertificates, type ChangeableCertificate } from '#libs/db/certificates';
import {
  changeOne,
  type ChangeOptions,
  type ChangeOutcome,
  type ChangeRefusal,
  type RevocationContext,
} from './change-one.js';
import type { StatusChange } from './change-status.js';

/** The predicted outcome of a change of one certificate. */
export interface PlannedChange {
  readonly serial: string;
  readonly outcome: 'DONE' | ChangeRefusal;
  /** The reissue that has to end first. */
  readonly reissueId?: string;
}

/** Rows that are read at once. */
const planBatch = 1_000;
/** Certificates that are changed before their outcomes are yielded, and how many of them at once. */
const changeBatch = 200;
const atOnce = 8;

/** Predicts for each serial the outcome of `changeOne`, in their order; changes nothing. */
export async function* planChanges(
  db: Database<'select certificate' | 'select reissue'>,
  serials: readonly string[],
  act: CertificateAct,
  now: Date,
): AsyncGenerator<PlannedChange> {
  for (const batch of batches(serials, planBatch)) {
    const found = await changeableCertificates(db, batch, now);
    const bySerial = new Map(found.map((certificate) => [certificate.serial, certificate]));
    for (const serial of batch) yield planned(serial, bySerial.get(serial), act, now);
  }
}

function planned(
  serial: string,
  certificate: ChangeableCertificate | undefined,
  act: CertificateAct,
  now: Date,
): PlannedChange {
  if (!certificate) return { serial, outcome: 'UNKNOWN' };
  const standing = certificateStatusOf(certificate, now);
  if (standing !== 'REVOKED' && certificate.reissue_open && certificate.reissue_id)
    return { serial, outcome: 'REISSUE_OPEN', reissueId: certificate.reissue_id };
  if (act === 'release' && standing === 'ON_HOLD' && certificate.another_in_force)
    return { serial, outcome: 'ANOTHER_IN_FORCE' };
  return { serial, outcome: outcomeOfAct(act, standing) };
}

/**
 * Changes certificates, each in its own transaction: after an interruption, the next run of the same list does the rest.
 * Yields the outcomes in the order of the serials.
 *
 * @throws the error of the first failed change, after the outcomes of the other changes in its batch
 */
export async function* changeMany(
  context: RevocationContext,
  serials: readonly string[],
  change: StatusChange,
  options: ChangeOptions = {},
): AsyncGenerator<ChangeOutcome> {
  for (const batch of batches(serials, changeBatch)) {
    const outcomes: (ChangeOutcome | undefined)[] = batch.map(() => undefined);
    const waiting = batch.entries();
    let failure: { error: unknown } | undefined;
    const work = async () => {
      for (const [index, serial] of waiting) {
        if (failure) return;
        try {
          outcomes[index] = await changeOne(context, serial, change, options);
        } catch (error) {
          failure ??= { error };
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    for (const outcome of outcomes) if (outcome) yield outcome;
    if (failure) throw failure.error;
  }
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
