import type { PayloadCodec } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { topics } from '#libs/contracts';
import type { Database } from '#libs/db';
import { certificateStatuses, storedCertificateOf } from '#libs/db/certificates';
import { eventsWithIds, lastPublishedAt } from '#libs/db/events';
import { findReissue, findReissues } from '#libs/db/reissues';
import { isFinal } from '#libs/domain';
import { kafkaCredentialsOf, readPublished, type PublishedEvent } from '#libs/events';
import { readJournal, type CertificateJournalEntry, type JournalFault } from '#libs/signer-journal';
import type { RestoreConfig } from '../config.js';
import type { ReissueFacts } from './facts.js';
import { workflowSummaryOf, workflowsOfReissues } from './workflows.js';

export interface CollectContext {
  readonly db: Database;
  readonly temporal: Pick<Client, 'workflow'>;
  readonly codec: PayloadCodec;
  readonly config: Parameters<typeof kafkaCredentialsOf>[0] &
    Pick<RestoreConfig, 'kafkaBrokers' | 'eventSource' | 'signerJournal'>;
}

/** Records that other stores have and the database does not have. */
export interface LostRecords {
  readonly reissues: readonly ReissueFacts[];
  /** Published changes of certificates, in the order in which they happened. */
  readonly certificates: readonly PublishedEvent[];
  /** Published checkpoints of the audit log. */
  readonly checkpoints: readonly PublishedEvent[];
  readonly journalFaults: readonly JournalFault[];
  /** Largest number of a published event. */
  readonly largestSequence: number;
  /** Largest CRL number in the journals. */
  readonly largestCrl: bigint;
}

const batchSize = 500;
/** Margin for clock differences and for events that were published but not marked, in milliseconds. */
const marginMs = 3_600_000;

/** Compares the database with journals, Kafka and Temporal. */
export async function collectLostRecords(context: CollectContext): Promise<LostRecords> {
  const { db, config } = context;
  const journal = await lostCertificates(db, config.signerJournal);
  const events = await lostEvents(context);
  const byReissue = Map.groupBy(
    events.filter(({ topic, stream }) => topic !== topics.audit && stream.startsWith('ri_')),
    ({ stream }) => stream,
  );
  const bySigned = Map.groupBy(journal.certificates, ({ reissueId }) => reissueId);
  const ids = new Set([...byReissue.keys(), ...bySigned.keys(), ...(await reissuesBehindWorkflows(context))]);
  const reissues: ReissueFacts[] = [];
  for (const reissueId of ids)
    reissues.push({
      reissueId,
      row: await findReissue(db, reissueId),
      live: await storedCertificateOf(db, reissueId),
      workflow: await workflowSummaryOf(context.temporal, context.codec, reissueId),
      events: (byReissue.get(reissueId) ?? []).toSorted((one, other) => one.sequence - other.sequence),
      signed: bySigned.get(reissueId) ?? [],
    });
  return {
    reissues: reissues.toSorted((one, other) => timeOf(one) - timeOf(other)),
    certificates: events.filter(({ topic }) => topic === topics.certificate).toSorted(byTime),
    checkpoints: events.filter(({ topic }) => topic === topics.audit).toSorted(byTime),
    journalFaults: journal.faults,
    largestSequence: Math.max(0, ...events.map(({ sequence }) => sequence)),
    largestCrl: journal.largestCrl,
  };
}

const byTime = (one: PublishedEvent, other: PublishedEvent) =>
  one.occurredAt.getTime() - other.occurredAt.getTime() || one.sequence - other.sequence;

/** The time of the last change of a reissue, which decides which of a person's certificates replaces which. */
const timeOf = ({ events, workflow }: ReissueFacts): number =>
  (events.at(-1)?.occurredAt ?? workflow?.closedAt ?? workflow?.startedAt ?? new Date(0)).getTime();

/** The published events that are not in the database, or differ from the row there. */
async function lostEvents({ db, config }: CollectContext): Promise<PublishedEvent[]> {
  const last = await lastPublishedAt(db);
  const published = await readPublished({
    brokers: config.kafkaBrokers,
    credentials: kafkaCredentialsOf(config),
    topics: Object.values(topics),
    source: config.eventSource,
    since: last && new Date(last.getTime() - marginMs),
  });
  const lost = new Map<string, PublishedEvent>();
  for (const some of inBatches(published)) {
    const known = new Map(
      (await eventsWithIds(db, some)).map((row) => [`${row.stream}/${row.sequence}`, row]),
    );
    for (const event of some) {
      const id = `${event.stream}/${event.sequence}`;
      const row = known.get(id);
      const same = row?.type === event.type && row.occurred_at.getTime() === event.occurredAt.getTime();
      if (!same) lost.set(`${id} ${event.occurredAt.toISOString()}`, event);
    }
  }
  return [...lost.values()];
}

async function lostCertificates(
  db: Database,
  directory: string | undefined,
): Promise<{ certificates: CertificateJournalEntry[]; faults: JournalFault[]; largestCrl: bigint }> {
  const faults: JournalFault[] = [];
  const certificates: CertificateJournalEntry[] = [];
  let largestCrl = 0n;
  let waiting: CertificateJournalEntry[] = [];
  const flush = async () => {
    const serials = waiting.map(({ serial }) => serial);
    const known = new Set((await certificateStatuses(db, serials)).map(({ serial }) => serial));
    certificates.push(...waiting.filter(({ serial }) => !known.has(serial)));
    waiting = [];
  };
  if (directory !== undefined)
    for await (const entry of readJournal(directory, (fault) => faults.push(fault))) {
      if (entry.kind === 'CRL')
        largestCrl = BigInt(entry.number) > largestCrl ? BigInt(entry.number) : largestCrl;
      else if (waiting.push(entry) >= batchSize) await flush();
    }
  await flush();
  return {
    certificates: certificates.toSorted((one, other) => (one.at < other.at ? -1 : 1)),
    faults,
    largestCrl,
  };
}

/** Reissues whose workflow runs or has completed without a row, or has completed while the row is open. */
async function reissuesBehindWorkflows({ db, temporal }: CollectContext): Promise<string[]> {
  const behind: string[] = [];
  let waiting: { reissueId: string; completed: boolean }[] = [];
  const flush = async () => {
    const ids = waiting.map(({ reissueId }) => reissueId);
    const rows = new Map((await findReissues(db, ids)).map((row) => [row.reissue_id, row]));
    for (const { reissueId, completed } of waiting) {
      const row = rows.get(reissueId);
      if (!row || (completed && !isFinal(row.state))) behind.push(reissueId);
    }
    waiting = [];
  };
  for await (const workflow of workflowsOfReissues(temporal))
    if (waiting.push(workflow) >= batchSize) await flush();
  await flush();
  return behind;
}

function* inBatches<T>(items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length; from += batchSize) yield items.slice(from, from + batchSize);
}
