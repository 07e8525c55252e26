import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { compiledOnce } from '../compiled-once.js';
import type { Tx } from '../database.js';
import type { CertificateRow } from '../rows.js';
import {
  olderReissues,
  provedConsents,
  provedMethods,
  provedPasswords,
  requestTimes,
  type SigningProofs,
} from './signing-proofs.js';

/** The reissues, customers and keys of requests for certificates. */
export interface SigningSubjects {
  readonly reissueIds: readonly string[];
  readonly customerIds: readonly string[];
  readonly spkiSha256s: readonly string[];
}

const related = [
  'serial',
  'reissue_id',
  'customer_id',
  'state',
  'subject',
  'spki_sha256',
  'profile_digest',
  'on_file',
  'created_at',
  'not_after',
  'revoked_at',
  'revocation_reason',
] as const;
/** The columns of an existing certificate that decide whether a new one may be made. */
export type RelatedCertificate = Pick<CertificateRow, (typeof related)[number]>;

/** What the database knows about requests for certificates, apart from the locked rows. */
export interface SigningRecords {
  /** All certificates of these reissues and keys, and those on file of these persons. Oldest first. */
  readonly certificates: readonly RelatedCertificate[];
  /** The keys among these that must not be certified. */
  readonly blockedKeys: ReadonlySet<string>;
  /** By reissue. */
  readonly proofs: ReadonlyMap<string, SigningProofs>;
  /** Whether the profile of new certificates is stored. */
  readonly profileIsStored: boolean;
}

type SigningRecordsTx = Tx<
  | 'select blocked_key'
  | 'select certificate'
  | 'select certificate_profile'
  | 'select challenge'
  | 'select consent'
  | 'select identity_try'
  | 'select password_try'
  | 'select received_call'
  | 'select reissue'
  | 'select reissue_before_verdicts'
  | 'select vault_envelope'
>;

const selectRecords = compiledOnce(
  (tx: SigningRecordsTx, subjects: SigningSubjects & { readonly profileDigest: string }) => {
    const { reissueIds, spkiSha256s, profileDigest } = subjects;
    return tx.selectNoFrom([
      jsonArrayFrom(relatedCertificates(tx, subjects)).as('certificates'),
      jsonArrayFrom(blockedKeys(tx, spkiSha256s)).as('blockedKeys'),
      jsonArrayFrom(storedProfile(tx, profileDigest)).as('profiles'),
      jsonArrayFrom(provedMethods(tx, reissueIds)).as('methods'),
      jsonArrayFrom(provedPasswords(tx, reissueIds)).as('passwords'),
      jsonArrayFrom(provedConsents(tx, reissueIds)).as('consents'),
      jsonArrayFrom(requestTimes(tx, reissueIds)).as('requests'),
      jsonArrayFrom(olderReissues(tx, reissueIds)).as('older'),
    ]);
  },
);

/**
 * Reads all records in one statement. The caller holds the locks on the customers and reissues, and took them in an earlier
 * statement: a statement that waits for a lock reads other rows as they were before it waited.
 */
export async function readSigningRecords(
  tx: SigningRecordsTx,
  subjects: SigningSubjects,
  profileDigest: string,
): Promise<SigningRecords> {
  const { reissueIds } = subjects;
  const [found] = await selectRecords(tx, { ...subjects, profileDigest });
  if (!found) throw new Error('invariant violated: a query without FROM returned no row');

  const methods = Map.groupBy(found.methods, byReissue);
  const passwords = Map.groupBy(found.passwords, byReissue);
  const consents = Map.groupBy(found.consents, byReissue);
  const requests = new Map(found.requests.map((row) => [row.reissue_id, new Date(row.requested_at)]));
  const older = new Set(found.older.map(byReissue));
  const proofsOf = (reissueId: string): SigningProofs => ({
    methods: (methods.get(reissueId) ?? []).map(({ method, ci }) => ({ method, ci })),
    passwords: (passwords.get(reissueId) ?? []).map(({ verdict }) => verdict),
    consents: (consents.get(reissueId) ?? []).flatMap(
      ({ terms_id: termsId, version, digest, agreed, received_at: receivedAt }) =>
        agreed && receivedAt ? [{ termsId, version, digest }] : [],
    ),
    requestedAt: requests.get(reissueId),
    isOlder: older.has(reissueId),
  });
  return {
    certificates: found.certificates.map((row) => ({
      ...row,
      created_at: new Date(row.created_at),
      not_after: new Date(row.not_after),
      revoked_at: row.revoked_at === null ? null : new Date(row.revoked_at),
    })),
    blockedKeys: new Set(found.blockedKeys.map((row) => row.spki_sha256)),
    proofs: new Map(reissueIds.map((reissueId) => [reissueId, proofsOf(reissueId)])),
    profileIsStored: found.profiles.length > 0,
  };
}

function relatedCertificates(
  tx: Tx<'select certificate'>,
  { reissueIds, customerIds, spkiSha256s }: SigningSubjects,
) {
  return tx
    .selectFrom('certificate')
    .select(related)
    .where((is) =>
      is.or([
        is('reissue_id', '=', is.fn.any(is.val(reissueIds))),
        is('spki_sha256', '=', is.fn.any(is.val(spkiSha256s))),
        is.and([is('customer_id', '=', is.fn.any(is.val(customerIds))), is('on_file', '=', true)]),
      ]),
    )
    .orderBy('created_at');
}

const blockedKeys = (tx: Tx<'select blocked_key'>, spkiSha256s: readonly string[]) =>
  tx
    .selectFrom('blocked_key')
    .select('spki_sha256')
    .where((is) => is('spki_sha256', '=', is.fn.any(is.val(spkiSha256s))));

const storedProfile = (tx: Tx<'select certificate_profile'>, digest: string) =>
  tx.selectFrom('certificate_profile').select('digest').where('digest', '=', digest);

const byReissue = (row: { readonly reissue_id: string }) => row.reissue_id;
