import { bundleSchema, type EvidenceBundle, type TrustFile } from '../bundle.js';
import { verifyJws, InvalidSignature, wasValidAt } from '../checkpoint.js';
import { digestOfJson } from '../entry.js';
import { verifyCertificate, verifyConsents, verifyHistory, verifyReceipts } from './contents.js';
import { verifyApprovals } from './approvals.js';
import { verifyEntries } from './entries.js';
import { checkedCheckpoint, verifyGrowth } from './log.js';
import { LostBranches } from './lost-branches.js';
import { FindingCollector, type EvidenceVerdict } from './report.js';
import { verifyRisk } from './risk.js';
import { verifyStatus, verifySummary } from './stated.js';

/**
 * Verifies parsed evidence (`verifyEvidenceFile` parses it). Any input gives a verdict.
 *
 * @param content the parsed bundle
 * @param kept checkpoints that were kept elsewhere, as compact JWS
 */
export async function verifyEvidence(
  content: unknown,
  trust: TrustFile,
  kept: readonly string[] = [],
): Promise<EvidenceVerdict> {
  const report = new FindingCollector();
  const parsed = bundleSchema.safeParse(content);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues)
      report.finding('FORMAT_INVALID', `${path.join('.') || 'the bundle'}: ${message}`);
    return report.verdict();
  }
  // Not the schema's copy, which omits a member `__proto__`: the digest must cover all members.
  await verifyBundle(content as EvidenceBundle, trust, kept, report);
  return report.verdict();
}

async function verifyBundle(
  bundle: EvidenceBundle,
  trust: TrustFile,
  kept: readonly string[],
  report: FindingCollector,
): Promise<void> {
  await verifySignature(bundle, trust, report);
  const newest =
    bundle.checkpoint === null ? undefined : await checkedCheckpoint(bundle.checkpoint, trust, report);
  const proven = verifyEntries(bundle, newest, report);
  const branches = await LostBranches.in(proven, trust, report);
  await verifyGrowth(bundle, { newest, kept, branches }, trust, report);
  verifySummary(bundle, report);
  await verifyApprovals(bundle, trust, report);
  verifyConsents(bundle, report);
  verifyRisk(bundle, report);
  await verifyReceipts(bundle, trust, report);
  await verifyCertificate(bundle, trust, report);
  verifyStatus(bundle, report);
  verifyHistory(bundle, report);
}

/** The signed content of a bundle. */
export function signedContentOf({ signature: _, ...rest }: EvidenceBundle): {
  reissueId: string;
  madeAt: string;
  digest: string;
} {
  return { reissueId: rest.reissueId, madeAt: rest.madeAt, digest: digestOfJson(rest) };
}

async function verifySignature(
  bundle: EvidenceBundle,
  trust: TrustFile,
  report: FindingCollector,
): Promise<void> {
  try {
    const { payload, key } = await verifyJws(bundle.signature, 'evidence', trust.auditKeys);
    if (digestOfJson(payload) !== digestOfJson(signedContentOf(bundle)))
      report.finding('SIGNATURE_INVALID', 'the bundle was changed after it was signed');
    if (!wasValidAt(key, bundle.madeAt))
      report.finding('KEY_NOT_TRUSTED', `key ${key.jwk.kid} was not in use at ${bundle.madeAt}`);
  } catch (error) {
    if (!(error instanceof InvalidSignature)) throw error;
    report.finding(error.kind, `the bundle: ${error.message}`);
  }
}
