import { X509Certificate } from 'node:crypto';
import { runTool, verdictOf } from '../audit-tools.js';
import { certificatesIn, oldSerialOf, recordedStatusOf } from '../certificates.js';
import { readEvents, sequenceOf, untilAll, type Bookmark, type ReceivedEvent } from '../kafka.js';
import type { RunningStack } from '../running-stack.js';
import { until } from '../until.js';
import { untilWorkflowCompleted } from '../workflows.js';
import { publishedStatus } from '../certificate-status.js';
import type { StormReissue } from './follow-reissue.js';

const patience = { timeoutMs: 90_000, pauseMs: 500 };

/**
 * Compares every answer that customers received in a storm with database, Temporal, Kafka, OCSP, CRLs and the audit log.
 *
 * @param from end of Kafka's topics before the storm
 * @returns a line for each difference
 */
export async function checkStorm(
  stack: RunningStack,
  from: Bookmark,
  reissues: readonly StormReissue[],
): Promise<string[]> {
  const findings: string[] = [];
  for (const reissue of reissues) {
    const id = reissue.customer.reissue?.id ?? 'a reissue that did not start';
    const note = (finding: string) => void findings.push(`${id}: ${finding}`);
    if (reissue.failure !== undefined) note(`the customer did not reach the end: ${reissue.failure}`);
    else await checkReissue(stack, reissue).catch((error: unknown) => note(messageOf(error)));
  }
  const ids = reissues.flatMap(({ customer }) => customer.reissue?.id ?? []);
  await checkEvents(stack, from, ids).catch((error: unknown) => findings.push(messageOf(error)));
  const log = await runTool('verify', ['--log']);
  if (log.code !== 0) findings.push(`the audit log: ${log.stderr}${JSON.stringify(verdictOf(log).findings)}`);
  return findings;
}

async function checkReissue(
  stack: RunningStack,
  { customer, acknowledged, certificate }: StormReissue,
): Promise<void> {
  const { reissueId, person } = customer;
  await untilWorkflowCompleted(stack.temporal, reissueId, patience.timeoutMs);
  const row = await stack.db
    .selectFrom('reissue')
    .select('state')
    .where('reissue_id', '=', reissueId)
    .executeTakeFirst();
  same('the state in the database', row?.state, acknowledged.at(-1));
  const made = await stack.db
    .selectFrom('certificate')
    .select(['serial', 'der', 'state'])
    .where('reissue_id', '=', reissueId)
    .where('state', '=', 'STORED')
    .execute();
  if (certificate === undefined) return;

  const [leaf, ...chain] = certificatesIn(certificate);
  same('the serials of its certificates', made.map(({ serial }) => serial).join(), serialOf(leaf!));
  same('the stored certificate', made[0]?.der?.toString('hex'), leaf!.raw.toString('hex'));
  same('the recorded status of the new one', await recordedStatusOf(stack.db, serialOf(leaf!)), 'IN_FORCE');
  const old = oldSerialOf(person);
  same('the recorded status of the old one', await recordedStatusOf(stack.db, old), 'REVOKED superseded');
  await until('the CRL to be published', () => isListed(stack, old), patience);
  const statusOf = async (each: X509Certificate) =>
    JSON.stringify(await publishedStatus([each, ...chain].join('')));
  same('the published status of the new one', await statusOf(leaf!), '{"ocsp":"good","listed":false}');
  const revoked = new X509Certificate(person.oldCertificate!);
  same('the published status of the old one', await statusOf(revoked), '{"ocsp":"revoked","listed":true}');
}

async function isListed({ db }: RunningStack, serial: string | undefined): Promise<boolean> {
  const query = db.selectFrom('certificate').select('crl_pending');
  return (await query.where('serial', '=', serial ?? '').executeTakeFirst())?.crl_pending === false;
}

/** Checks that Kafka has every event of the database, and those of one key in order. Drops repetitions as a subscriber does. */
async function checkEvents(
  { db, addresses }: RunningStack,
  from: Bookmark,
  reissueIds: readonly string[],
): Promise<void> {
  if (reissueIds.length === 0) return;
  const query = db.selectFrom('event').select(['stream', 'sequence']);
  const rows = await query.where('stream', 'in', reissueIds).execute();
  const received = await readEvents({
    brokers: addresses.kafkaBrokers,
    from,
    timeoutMs: patience.timeoutMs,
    until: untilAll(rows),
  });
  for (const id of reissueIds) checkOrder(received.filter(({ event }) => event.id.startsWith(`${id}/`)));
}

function checkOrder(received: readonly ReceivedEvent[]): void {
  const newest = new Map<string, number>();
  const seen = new Set<string>();
  for (const { key, event } of received) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    const before = newest.get(key) ?? 0;
    if (sequenceOf(event) < before) throw new Error(`event ${event.id} came after number ${before}`);
    newest.set(key, sequenceOf(event));
  }
}

function same(what: string, found: unknown, answered: unknown): void {
  if (found !== answered)
    throw new Error(`${what}: ${String(found)}, but the customer's answer was ${String(answered)}`);
}

const serialOf = ({ serialNumber }: X509Certificate) => serialNumber.toLowerCase();
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
