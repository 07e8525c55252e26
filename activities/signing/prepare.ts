import type { RoleTx } from '#libs/db';
import { appendAudits, type AuditEntryOf } from '#libs/db/audit';
import {
  abandonIntents,
  blockedKeys,
  insertIntents,
  relatedCertificates,
  signingProofs,
  type RelatedCertificate,
  type SigningProofs,
} from '#libs/db/certificates';
import { lockCustomers, type CustomerRow } from '#libs/db/customers';
import { lockReissues, type ReissueRow } from '#libs/db/reissues';
import {
  decideSigning,
  isStale,
  type SigningCandidate,
  type SigningDecision,
  type SigningFacts,
} from './decide.js';
import type { SigningPorts } from './ports.js';
import type { Profiles } from './profiles.js';

/** The decision on a candidate; undefined if its rows are locked elsewhere and the transaction does not wait. */
type PreparedDecision = SigningDecision | undefined;

/** Whether a transaction waits for rows that are locked elsewhere. */
export interface LockWait {
  readonly wait: boolean;
}

/**
 * Decides under the locks which candidates to sign, and writes their intents: in one transaction for all, but each
 * decision depends only on the candidate's own rows. Each candidate has a different reissue.
 */
export async function prepare(
  tx: RoleTx<'signer'>,
  ports: SigningPorts,
  profiles: Profiles,
  candidates: readonly SigningCandidate[],
  lockWait: LockWait,
): Promise<PreparedDecision[]> {
  const now = ports.clock();

  // 1. Lock the customers, then the reissues: all transactions take the locks in this order.
  const rows = await lockRows(tx, candidates, lockWait);

  // 2. Read the data for the decisions, which can no longer change.
  const context = await readContext(tx, rows, candidates);
  await profiles.load(tx, [...context.first.values()]);

  // 3. Decide on each candidate.
  const decisions = candidates.map((candidate): PreparedDecision => {
    const facts = factsOf(candidate, rows, context, profiles, ports);
    return facts && decideSigning(candidate, facts, now);
  });

  // 4. Abandon stale intents, write the new ones, then the audit entries.
  const stale = [...context.live.values()].filter(
    (live) => live.state === 'INTENT' && rows.reissues.has(live.reissue_id!) && isStale(live, now),
  );
  await abandonAndAudit(
    tx,
    stale.map(({ serial, reissue_id }) => ({ serial, reissueId: reissue_id! })),
    now,
  );
  return writeDecisions(tx, profiles, candidates, decisions, now);
}

interface Rows {
  readonly customers: ReadonlyMap<string, CustomerRow>;
  readonly reissues: ReadonlyMap<string, ReissueRow>;
}

async function lockRows(
  tx: RoleTx<'signer'>,
  candidates: readonly SigningCandidate[],
  lockWait: LockWait,
): Promise<Rows> {
  const customerIds = candidates.flatMap(({ checkedRow }) => checkedRow.customer_id ?? []);
  const customers = byKey(await lockCustomers(tx, customerIds, lockWait), (row) => row.customer_id);
  // A reissue is locked only if its customer is.
  const reissueIds = candidates
    .filter(({ checkedRow }) => !checkedRow.customer_id || customers.has(checkedRow.customer_id))
    .map(({ checkedRow }) => checkedRow.reissue_id);
  const reissues = byKey(await lockReissues(tx, reissueIds, lockWait), (row) => row.reissue_id);
  return { customers, reissues };
}

/** The certificates, keys and proofs that the decisions depend on. */
interface SigningContext {
  /** By reissue: its active certificate, and the first one it had. */
  readonly live: ReadonlyMap<string, RelatedCertificate>;
  readonly first: ReadonlyMap<string, RelatedCertificate>;
  /** By customer. */
  readonly onFile: ReadonlyMap<string, RelatedCertificate>;
  /** By key: the reissues that have used it; `null` stands for enrolments. */
  readonly usersOfKey: ReadonlyMap<string, ReadonlySet<string | null>>;
  readonly blockedKeys: ReadonlySet<string>;
  /** By reissue. */
  readonly proofs: ReadonlyMap<string, SigningProofs>;
}

async function readContext(
  tx: RoleTx<'signer'>,
  rows: Rows,
  candidates: readonly SigningCandidate[],
): Promise<SigningContext> {
  const spkiSha256s = candidates.flatMap(({ request }) => (request.ok ? request.spkiSha256 : []));
  const reissueIds = [...rows.reissues.keys()];
  const customerIds = [...rows.customers.keys()];
  const certificates = await relatedCertificates(tx, { reissueIds, customerIds, spkiSha256s });

  const live = new Map<string, RelatedCertificate>();
  const first = new Map<string, RelatedCertificate>();
  const onFile = new Map<string, RelatedCertificate>();
  const usersOfKey = new Map<string, Set<string | null>>();
  const blocked = await blockedKeys(tx, spkiSha256s);
  for (const certificate of certificates) {
    const { reissue_id: reissueId, spki_sha256: key } = certificate;
    if (reissueId) {
      if (!first.has(reissueId)) first.set(reissueId, certificate);
      if (certificate.state !== 'ABANDONED' && !certificate.revoked_at) live.set(reissueId, certificate);
    }
    if (certificate.on_file) onFile.set(certificate.customer_id, certificate);
    usersOfKey.set(key, (usersOfKey.get(key) ?? new Set()).add(reissueId));
    if (certificate.revocation_reason === 'keyCompromise') blocked.add(key);
  }
  const proofs = await signingProofs(tx, reissueIds);
  return { live, first, onFile, usersOfKey, blockedKeys: blocked, proofs };
}

function factsOf(
  { checkedRow, request }: SigningCandidate,
  rows: Rows,
  context: SigningContext,
  profiles: Profiles,
  { authorities: { current: authority }, terms, backdateMs }: SigningPorts,
): SigningFacts | undefined {
  const reissueId = checkedRow.reissue_id;
  const reissue = rows.reissues.get(reissueId);
  if (!reissue) return undefined;
  const customerId = checkedRow.customer_id ?? '';
  const users = request.ok ? [...(context.usersOfKey.get(request.spkiSha256) ?? [])] : [];
  return {
    authority,
    profile: profiles.of(context.first.get(reissueId)),
    reissue,
    customer: rows.customers.get(customerId),
    proofs: context.proofs.get(reissueId),
    terms,
    live: context.live.get(reissueId),
    onFile: context.onFile.get(customerId),
    keyBlocked: request.ok && context.blockedKeys.has(request.spkiSha256),
    keyUsed: users.some((user) => user !== reissueId),
    backdateMs,
  };
}

async function writeDecisions(
  tx: RoleTx<'signer'>,
  profiles: Profiles,
  candidates: readonly SigningCandidate[],
  decisions: readonly PreparedDecision[],
  now: Date,
): Promise<PreparedDecision[]> {
  const intents = decisions.flatMap((decision) => (decision?.kind === 'intended' ? decision.intent : []));
  if (intents.length > 0) await profiles.keep(tx, now);
  const written = await insertIntents(tx, intents);
  const entries: AuditEntryOf[] = [];
  const outcomes = decisions.map((decision, index): PreparedDecision => {
    const reissueId = candidates[index]!.checkedRow.reissue_id;
    switch (decision?.kind) {
      case 'intended': {
        const { serial, tbs_digest: tbsDigest } = decision.intent;
        // The reissue or the key got an active certificate at this moment: the next attempt finds it.
        if (!written.has(serial)) return { kind: 'underWay', retryInMs: 1_000 };
        entries.push(signingEntry(reissueId, 'INTENDED', now, { serial, tbsDigest }));
        return decision;
      }
      case 'refused':
        entries.push(signingEntry(reissueId, 'REFUSED', now, {}, decision.code));
        return decision;
      case 'impossible':
        entries.push(signingEntry(reissueId, 'REFUSED', now, { message: decision.message }, decision.type));
        return decision;
      default:
        return decision;
    }
  });
  await appendAudits(tx, entries);
  return outcomes;
}

/** Closes open intents and records it in the audit trail. The caller holds the locks on their reissues. */
export async function abandonAndAudit(
  tx: RoleTx<'signer'>,
  intents: readonly { readonly serial: string; readonly reissueId: string }[],
  now: Date,
): Promise<void> {
  const serials = intents.map(({ serial }) => serial);
  const abandoned = await abandonIntents(tx, serials, now);
  const entries = intents.filter(({ serial }) => abandoned.has(serial));
  await appendAudits(
    tx,
    entries.map(({ serial, reissueId }) => signingEntry(reissueId, 'ABANDONED', now, { serial })),
  );
}

/** An audit entry about a use of the CA key, or about a refusal to use it. */
export function signingEntry(
  reissueId: string,
  outcome: 'INTENDED' | 'DONE' | 'ABANDONED' | 'REFUSED',
  now: Date,
  details: Record<string, string>,
  reason?: string,
): AuditEntryOf {
  return {
    reissueId,
    actor: 'signer',
    action: 'signCertificate',
    outcome,
    reason,
    details,
    occurred_at: now,
  };
}

const byKey = <Row>(rows: readonly Row[], keyOf: (row: Row) => string) =>
  new Map(rows.map((row) => [keyOf(row), row]));
