import { gunzipSync } from 'node:zlib';
import {
  bundleFormat,
  planConsistency,
  planInclusion,
  signedContentOf,
  signWith,
  type BundleEntry,
  type EvidenceBundle,
  type ProofPlan,
} from '#libs/audit-proofs';
import type { RoleDatabase, RoleTx } from '#libs/db';
import {
  archivedHistory,
  checkpointsToProve,
  consentsOfReissues,
  evidenceEntriesOf,
  newestCheckpoint,
  type EvidenceEntryRow,
} from '#libs/db/audit';
import { certificateBySerial, chainOf } from '#libs/db/certificates';
import { consentReceiptsOf, findReissue, type ReissueRow } from '#libs/db/reissues';
import { findRiskPolicies } from '#libs/db/risk';
import type { Clock } from '#libs/domain';
import type { TermsCatalogue } from '#libs/terms';
import { consentOrigin } from './consent-origin.js';
import { MissingNode, readNodes, type AuditSigningKey } from './checkpoints.js';
import { loggedEntry } from './sequence.js';

export interface EvidenceDependencies {
  readonly db: RoleDatabase<'worker'>;
  readonly key: AuditSigningKey;
  readonly terms: TermsCatalogue;
  readonly clock: Clock;
}

/** The archive is written within this time after the end, so checkpoints of this period are included. Milliseconds. */
const aftermathMs = 10 * 60_000;
const newestCheckpoints = 100;

/** A checkpoint that was kept outside the database, which may have lost it. */
export interface ExternalCheckpoint {
  readonly size: number;
  readonly jws: string;
}

/**
 * The signed evidence bundle of a reissue. It includes entries that no checkpoint covers yet; a verifier reports them as
 * unproven.
 *
 * @param kept checkpoints from outside the database; the bundle proves consistency with them
 * @returns undefined if there is no such reissue
 */
export async function assembleEvidence(
  { db, key, terms, clock }: EvidenceDependencies,
  reissueId: string,
  kept: readonly ExternalCheckpoint[] = [],
): Promise<EvidenceBundle | undefined> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const row = await findReissue(tx, reissueId);
      if (!row) return undefined;
      const madeAt = clock();
      const checkpoint = await newestCheckpoint(tx);
      const size = checkpoint ? Number(checkpoint.size) : 0;
      const entries = await provenEntries(tx, row, size);
      const unsigned: EvidenceBundle = {
        format: bundleFormat,
        reissueId,
        madeAt: madeAt.toISOString(),
        reissue: summaryOf(row),
        entries,
        checkpoint: checkpoint?.jws ?? null,
        consistency: size > 0 ? await consistencyOf(tx, row, madeAt, size, kept) : [],
        history: await historyOf(tx, reissueId),
        consents: await consentsWithTexts(tx, reissueId, terms),
        receipts: await consentReceiptsOf(tx, reissueId),
        riskPolicies: await riskPoliciesOf(tx, entries),
        certificate: row.serial === null ? null : await certificateOf(tx, row.serial),
        signature: '',
      };
      return { ...unsigned, signature: await signWith(key, 'evidence', signedContentOf(unsigned)) };
    });
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

const summaryOf = (row: ReissueRow): EvidenceBundle['reissue'] => ({
  state: row.state,
  reason: row.reason,
  customerRef: row.customer_ref,
  serial: row.serial,
  createdAt: row.created_at.toISOString(),
  endedAt: iso(row.ended_at),
  auditSequence: row.audit_sequence,
});

const base64url = (hash: Uint8Array) => Buffer.from(hash).toString('base64url');

async function provenEntries(tx: RoleTx<'worker'>, row: ReissueRow, size: number): Promise<BundleEntry[]> {
  const rows = await evidenceEntriesOf(tx, row, size);
  const plans = rows.map(({ leaf_index: index }) =>
    index !== null && index < size ? planInclusion(index, size) : undefined,
  );
  const hashOf = await readNodes(
    tx,
    plans.flatMap((plan) => plan?.nodes ?? []),
  );
  return rows.map((each, place) => ({
    stream: each.stream,
    sequence: each.sequence,
    entry: each.entry && { ...loggedEntry(each.entry), details: { ...each.entry.details } },
    ...personalOf(each),
    leafIndex: each.leaf_index,
    leafHash: each.leaf_hash && base64url(each.leaf_hash),
    proof: proofOf(plans[place], hashOf),
  }));
}

/** The hashes of a proof; null without a plan, or if a node is missing: the bundle is made without the proof then. */
function proofOf(
  plan: ProofPlan | undefined,
  hashOf: Awaited<ReturnType<typeof readNodes>>,
): string[] | null {
  try {
    return plan?.build(hashOf).map(base64url) ?? null;
  } catch (error) {
    if (error instanceof MissingNode) return null;
    throw error;
  }
}

const personalOf = ({ salt, personal }: EvidenceEntryRow) =>
  salt === null || personal === null ? {} : { personal: { salt, content: personal } };

async function consistencyOf(
  tx: RoleTx<'worker'>,
  row: ReissueRow,
  madeAt: Date,
  size: number,
  kept: readonly ExternalCheckpoint[],
): Promise<EvidenceBundle['consistency']> {
  const to = new Date((row.ended_at ?? madeAt).getTime() + aftermathMs);
  const earlier = await checkpointsToProve(tx, {
    from: row.created_at,
    to,
    newest: newestCheckpoints,
  });
  const bySignature = new Map([...earlier.map(externalCheckpoint), ...kept].map((each) => [each.jws, each]));
  const wanted = [...bySignature.values()]
    .filter((each) => each.size < size)
    .toSorted((one, other) => one.size - other.size);
  const plans = wanted.map((each) => planConsistency(each.size, size));
  const hashOf = await readNodes(
    tx,
    plans.flatMap(({ nodes }) => nodes),
  );
  return wanted.map(({ jws }, place) => ({
    checkpoint: jws,
    proof: proofOf(plans[place], hashOf) ?? [],
  }));
}

const externalCheckpoint = ({ size, jws }: { size: string; jws: string }): ExternalCheckpoint => ({
  size: Number(size),
  jws,
});

async function historyOf(tx: RoleTx<'worker'>, reissueId: string): Promise<unknown[] | null> {
  const compressed = await archivedHistory(tx, reissueId);
  return compressed ? (JSON.parse(gunzipSync(compressed).toString('utf8')) as unknown[]) : null;
}

async function consentsWithTexts(
  tx: RoleTx<'worker'>,
  reissueId: string,
  terms: TermsCatalogue,
): Promise<EvidenceBundle['consents']> {
  const records = await consentsOfReissues(tx, [reissueId]);
  return records.map(({ terms_id: termsId, version, digest, recorded_at, ...said }) => ({
    ...{ termsId, version, digest, locale: said.locale, agreed: said.agreed, act: said.act },
    ...consentOrigin(said),
    recordedAt: recorded_at.toISOString(),
    text: terms.find((each) => each.termsId === termsId && each.digest === digest)?.text ?? null,
  }));
}

/** The texts of the policies by which the risk was decided. */
async function riskPoliciesOf(tx: RoleTx<'worker'>, entries: readonly BundleEntry[]): Promise<string[]> {
  const digests = entries.flatMap(({ entry }) => {
    const digest = entry?.action === 'decideRisk' ? entry.details['policy'] : undefined;
    return typeof digest === 'string' ? [digest] : [];
  });
  const policies = await findRiskPolicies(tx, [...new Set(digests)]);
  return policies.map(({ document }) => document);
}

async function certificateOf(tx: RoleTx<'worker'>, serial: string): Promise<EvidenceBundle['certificate']> {
  const row = await certificateBySerial(tx, serial);
  if (!row?.der) return null;
  const issuers = (await chainOf(tx, row.issuer)) ?? [];
  return {
    chain: [row.der, ...issuers].map((der) => der.toString('base64')),
    status: {
      revokedAt: iso(row.revoked_at),
      revocationReason: row.revocation_reason,
      holdAt: iso(row.hold_at),
      registeredAt: iso(row.registered_at),
    },
  };
}
