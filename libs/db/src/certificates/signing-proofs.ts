import type { IdentityMethod } from '#libs/domain';
import type { Tx } from '../database.js';

/** A correct answer that the gateway received for this reissue and its key. */
interface ProvedMethod {
  readonly method: IdentityMethod;
  /** The CI of the proven person. */
  readonly ci: string | null;
}

/** The customer's last answer to one version of one text, in a call that the gateway received. */
export interface ProvedConsent {
  readonly termsId: string;
  readonly version: string;
  readonly digest: string;
}

/** The proofs of one reissue. Each needs records of two roles: the worker's result, and the gateway's received call. */
export interface SigningProofs {
  readonly methods: readonly ProvedMethod[];
  readonly passwords: readonly ('MATCHED' | 'RESET')[];
  readonly consents: readonly ProvedConsent[];
  /** The time of the last certificate request that the gateway received. */
  readonly requestedAt: Date | undefined;
  /** Whether the reissue began, for this person and this key, before such proofs were recorded. */
  readonly isOlder: boolean;
}

/** The proofs of each of these reissues. The caller holds the locks on them. */
export async function signingProofs(
  tx: Tx<
    | 'select challenge'
    | 'select consent'
    | 'select identity_try'
    | 'select password_try'
    | 'select received_call'
    | 'select reissue'
    | 'select reissue_before_verdicts'
    | 'select vault_envelope'
  >,
  reissueIds: readonly string[],
): Promise<ReadonlyMap<string, SigningProofs>> {
  if (reissueIds.length === 0) return new Map();
  const methods = Map.groupBy(await provedMethods(tx, reissueIds), ({ reissue_id }) => reissue_id);
  const passwords = Map.groupBy(await provedPasswords(tx, reissueIds), ({ reissue_id }) => reissue_id);
  const consents = Map.groupBy(await provedConsents(tx, reissueIds), ({ reissue_id }) => reissue_id);
  const requests = await requestTimes(tx, reissueIds);
  const older = await olderReissues(tx, reissueIds);
  return new Map(
    reissueIds.map((reissueId) => [
      reissueId,
      {
        methods: (methods.get(reissueId) ?? []).map(({ method, ci }) => ({ method, ci })),
        passwords: (passwords.get(reissueId) ?? []).flatMap(({ verdict }) =>
          verdict === 'MATCHED' || verdict === 'RESET' ? [verdict] : [],
        ),
        consents: (consents.get(reissueId) ?? []).flatMap(
          ({ terms_id: termsId, version, digest, agreed, received_at: cameIn }) =>
            agreed && cameIn ? [{ termsId, version, digest }] : [],
        ),
        requestedAt: requests.get(reissueId),
        isOlder: older.has(reissueId),
      },
    ]),
  );
}

function provedMethods(
  tx: Tx<'select challenge' | 'select identity_try' | 'select reissue' | 'select vault_envelope'>,
  reissueIds: readonly string[],
) {
  return tx
    .selectFrom('identity_try')
    .innerJoin('reissue', 'reissue.reissue_id', 'identity_try.reissue_id')
    .innerJoin('challenge', (join) =>
      join
        .onRef('challenge.challenge_id', '=', 'identity_try.challenge_id')
        .onRef('challenge.reissue_id', '=', 'identity_try.reissue_id'),
    )
    .innerJoin('vault_envelope', (join) =>
      join
        .onRef('vault_envelope.reissue_id', '=', 'identity_try.reissue_id')
        .onRef('vault_envelope.update_id', '=', 'identity_try.update_id')
        .onRef('vault_envelope.challenge_id', '=', 'identity_try.challenge_id')
        .onRef('vault_envelope.key_thumbprint', '=', 'reissue.key_thumbprint'),
    )
    .select(['identity_try.reissue_id', 'challenge.method', 'identity_try.ci'])
    .where('identity_try.reissue_id', 'in', [...reissueIds])
    .where('identity_try.state', '=', 'GRANTED')
    .where('identity_try.verdict', '=', 'MATCHED')
    .where('vault_envelope.purpose', '=', 'identity')
    .execute();
}

function provedPasswords(
  tx: Tx<'select password_try' | 'select reissue' | 'select vault_envelope'>,
  reissueIds: readonly string[],
) {
  return tx
    .selectFrom('password_try')
    .innerJoin('reissue', 'reissue.reissue_id', 'password_try.reissue_id')
    .innerJoin('vault_envelope', (join) =>
      join
        .onRef('vault_envelope.reissue_id', '=', 'password_try.reissue_id')
        .onRef('vault_envelope.update_id', '=', 'password_try.update_id')
        .onRef('vault_envelope.key_thumbprint', '=', 'reissue.key_thumbprint'),
    )
    .select(['password_try.reissue_id', 'password_try.verdict'])
    .where('password_try.reissue_id', 'in', [...reissueIds])
    .where('password_try.verdict', 'in', ['MATCHED', 'RESET'])
    .where('vault_envelope.purpose', '=', 'password')
    .execute();
}

/** Consents arrive in a separate call, or as one part of an application. */
function provedConsents(tx: Tx<'select consent' | 'select received_call'>, reissueIds: readonly string[]) {
  return tx
    .selectFrom('consent')
    .leftJoin('received_call', (join) =>
      join
        .onRef('received_call.reissue_id', '=', 'consent.reissue_id')
        .on(({ and, or, eb, ref, val }) =>
          or([
            and([
              eb('received_call.kind', '=', 'giveConsents'),
              eb('received_call.update_id', '=', ref('consent.update_id')),
            ]),
            and([
              eb('received_call.kind', '=', 'apply'),
              eb(eb('received_call.update_id', '||', val('/giveConsents')), '=', ref('consent.update_id')),
            ]),
          ]),
        ),
    )
    .distinctOn(['consent.reissue_id', 'consent.terms_id', 'consent.version'])
    .select(['consent.reissue_id', 'consent.terms_id', 'consent.version', 'consent.digest'])
    .select(['consent.agreed', 'received_call.received_at'])
    .where('consent.reissue_id', 'in', [...reissueIds])
    .orderBy('consent.reissue_id')
    .orderBy('consent.terms_id')
    .orderBy('consent.version')
    .orderBy('consent.recorded_at', 'desc')
    .execute();
}

async function requestTimes(
  tx: Tx<'select received_call'>,
  reissueIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await tx
    .selectFrom('received_call')
    .select(['reissue_id', ({ fn }) => fn.max('received_at').as('requested_at')])
    .where('reissue_id', 'in', [...reissueIds])
    .where('kind', 'in', ['requestCertificate', 'apply'])
    .groupBy('reissue_id')
    .execute();
  return new Map(rows.map(({ reissue_id, requested_at }) => [reissue_id, requested_at]));
}

async function olderReissues(
  tx: Tx<'select reissue' | 'select reissue_before_verdicts'>,
  reissueIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('reissue_before_verdicts')
    .innerJoin('reissue', (join) =>
      join
        .onRef('reissue.reissue_id', '=', 'reissue_before_verdicts.reissue_id')
        .onRef('reissue.customer_id', '=', 'reissue_before_verdicts.customer_id')
        .onRef('reissue.key_thumbprint', '=', 'reissue_before_verdicts.key_thumbprint'),
    )
    .select('reissue_before_verdicts.reissue_id')
    .where('reissue_before_verdicts.reissue_id', 'in', [...reissueIds])
    .execute();
  return new Set(rows.map(({ reissue_id }) => reissue_id));
}
