import { expect } from '@jest/globals';
import { sql } from 'kysely';
import { findStep } from '#libs/db/reissues';
import { unknownCustomerId } from '#libs/domain';
import type { StepOutcome } from '#libs/contracts';
import type { Applicant } from './applicant.js';
import type { World } from './world.js';

/** The recorded outcome of a call. */
export async function outcomeOf({ world, reissueId }: Applicant, updateId: string): Promise<StepOutcome> {
  const step = await findStep(world.owner, reissueId, updateId);
  if (!step) throw new Error(`${updateId} is not recorded`);
  return step.outcome as unknown as StepOutcome;
}

export function eventsOf({ world, reissueId }: Pick<Applicant, 'world' | 'reissueId'>) {
  return world.owner
    .selectFrom('event')
    .selectAll()
    .where('stream', '=', reissueId)
    .orderBy('sequence')
    .execute();
}

/** The types of a reissue's events without prefix and version, e.g. `certificate.revoked`. */
export async function eventTypesOf(applicant: Applicant): Promise<string[]> {
  const events = await eventsOf(applicant);
  return events.map(({ type }) => type.replace(/^reseal\./, '').replace(/\.v1$/, ''));
}

export function auditOf({ world, reissueId }: Applicant) {
  return world.owner
    .selectFrom('audit_entry')
    .selectAll()
    .where('reissue_id', '=', reissueId)
    .orderBy('sequence')
    .execute();
}

export function certificatesOf({ owner }: World, customerId: string | undefined) {
  return owner
    .selectFrom('certificate')
    .selectAll()
    .where('customer_id', '=', customerId ?? unknownCustomerId)
    .orderBy('created_at')
    .execute();
}

/** The serials of a person's usable certificates: registered, and not expired, on hold or revoked. */
export async function inForce(world: World, customerId: string | undefined): Promise<string[]> {
  const now = world.clock.now();
  const certificates = await certificatesOf(world, customerId);
  return certificates
    .filter((each) => each.registered_at && !each.revoked_at && !each.hold_at && each.not_after > now)
    .map(({ serial }) => serial);
}

export async function vaultItemsOf({ world, reissueId }: Applicant): Promise<number> {
  const items = await world.owner
    .selectFrom('vault_item')
    .select('handle')
    .where('reissue_id', '=', reissueId)
    .execute();
  return items.length;
}

const tablesOfReissue = [
  'reissue',
  'identity_method',
  'challenge',
  'identity_try',
  'password_try',
  'consent',
  'step',
  'vault_item',
  'certificate',
  'audit_entry',
  'notification',
] as const;

/** Every row of a reissue and its person, to compare the database before and after an act. */
export async function everythingOf({
  world,
  reissueId,
  person,
}: Applicant): Promise<Record<string, unknown>> {
  await world.outbox.idle(); // messages leave after their step
  const all: Record<string, unknown> = {};
  for (const table of tablesOfReissue)
    all[table] = await world.owner
      .selectFrom(table)
      .selectAll()
      .where('reissue_id', '=', reissueId)
      .orderBy(sql`${sql.ref(table)}::text`)
      .execute();
  all.event = await eventsOf({ world, reissueId });
  if (person.customerId) {
    all.certificates = await certificatesOf(world, person.customerId);
    all.credential = await world.owner
      .selectFrom('password_credential')
      .selectAll()
      .where('customer_id', '=', person.customerId)
      .execute();
  }
  all.triesOfDay = await world.owner.selectFrom('identity_day').selectAll().execute();
  return all;
}

/** The same without the traces of a refusal: its audit entry, and the row's counters. */
export async function effectOf(applicant: Applicant): Promise<Record<string, unknown>> {
  const { reissue: _row, audit_entry: _entries, ...effect } = await everythingOf(applicant);
  const { steps: _steps, audit_sequence: _sequence, updated_at: _at, ...row } = await applicant.row();
  return { ...effect, row };
}

/**
 * Expects events and audit entries to count from one without a gap, each event about the reissue to name the state of
 * the one before as its previous state, and the last one to name the state of the row.
 */
export async function expectSoundRecords(applicant: Applicant): Promise<void> {
  const events = await eventsOf(applicant);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  const audit = await auditOf(applicant);
  expect(audit.map(({ sequence }) => sequence)).toEqual(audit.map((_, index) => index + 1));

  let before: unknown = null;
  for (const { type, data } of events.filter(({ type }) => type.startsWith('reseal.reissue.'))) {
    expect({ type, previousState: data.previousState }).toEqual({ type, previousState: before });
    before = data.state;
  }
  const row = await applicant.row();
  expect(before).toBe(row.state);
  expect(row.event_sequence).toBe(events.length);
  expect(row.audit_sequence).toBe(audit.length);
}
