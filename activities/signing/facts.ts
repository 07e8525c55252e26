import type { RoleTx } from '#libs/db';
import {
  lockCustomersToCertify,
  lockReissuesToSign,
  readSigningRecords,
  type LockWait,
  type RelatedCertificate,
  type SigningRecords,
} from '#libs/db/certificates';
import type { SigningCandidate, SigningFacts } from './decide.js';
import type { SigningPorts } from './ports.js';
import type { Profiles } from './profiles.js';

interface BatchFacts {
  /** For each candidate; undefined if its rows are locked elsewhere and the transaction does not wait. */
  readonly facts: readonly (SigningFacts | undefined)[];
  /** Whether the profile of new certificates is stored. */
  readonly profileIsStored: boolean;
}

/** Locks the rows of all candidates, and reads what decides on each. */
export async function lockAndReadFacts(
  tx: RoleTx<'signer'>,
  { authorities: { current: authority }, terms, backdateMs }: SigningPorts,
  profiles: Profiles,
  candidates: readonly SigningCandidate[],
  lockWait: LockWait,
): Promise<BatchFacts> {
  const reissueIds = candidates.map(({ checkedRow }) => checkedRow.reissue_id);
  const customerIds = candidates.flatMap(({ checkedRow }) => checkedRow.customer_id ?? []);
  const spkiSha256s = candidates.flatMap(({ request }) => (request.ok ? request.spkiSha256 : []));
  // Sent together, and run in this order: all transactions lock customers before reissues.
  const [customerRows, reissueRows, records] = await Promise.all([
    lockCustomersToCertify(tx, customerIds, lockWait),
    lockReissuesToSign(tx, reissueIds, lockWait),
    readSigningRecords(tx, { reissueIds, customerIds, spkiSha256s }, profiles.digest),
  ]);
  const customers = new Map(customerRows.map((row) => [row.customer_id, row]));
  const reissues = new Map(reissueRows.map((row) => [row.reissue_id, row]));
  const context = contextOf(records);
  await profiles.load(tx, [...context.first.values()]);

  const factsOf = ({ checkedRow, request }: SigningCandidate): SigningFacts | undefined => {
    const { reissue_id: reissueId, customer_id: customerId } = checkedRow;
    const reissue = reissues.get(reissueId);
    const customer = customers.get(customerId ?? '');
    if (!reissue || (customerId && !customer)) return undefined;
    const users = request.ok ? [...(context.usersOfKey.get(request.spkiSha256) ?? [])] : [];
    return {
      authority,
      profile: profiles.of(context.first.get(reissueId)),
      reissue,
      customer,
      proofs: records.proofs.get(reissueId),
      terms,
      live: context.live.get(reissueId),
      onFile: context.onFile.get(customerId ?? ''),
      keyBlocked: request.ok && context.blockedKeys.has(request.spkiSha256),
      keyUsed: users.some((user) => user !== reissueId),
      backdateMs,
    };
  };
  return { facts: candidates.map(factsOf), profileIsStored: records.profileIsStored };
}

/** The certificates and keys that the decisions depend on. */
interface SigningContext {
  /** By reissue: its active certificate, and the first one it had. */
  readonly live: ReadonlyMap<string, RelatedCertificate>;
  readonly first: ReadonlyMap<string, RelatedCertificate>;
  /** By customer. */
  readonly onFile: ReadonlyMap<string, RelatedCertificate>;
  /** By key: the reissues that have used it; `null` stands for enrolments. */
  readonly usersOfKey: ReadonlyMap<string, ReadonlySet<string | null>>;
  readonly blockedKeys: ReadonlySet<string>;
}

function contextOf({ certificates, blockedKeys }: SigningRecords): SigningContext {
  const live = new Map<string, RelatedCertificate>();
  const first = new Map<string, RelatedCertificate>();
  const onFile = new Map<string, RelatedCertificate>();
  const usersOfKey = new Map<string, Set<string | null>>();
  const blocked = new Set(blockedKeys);
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
  return { live, first, onFile, usersOfKey, blockedKeys: blocked };
}
