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

/** Correct answers to challenges of these reissues. */
export function provedMethods(
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
    .where((is) => is('identity_try.reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .where('identity_try.state', '=', 'GRANTED')
    .where('identity_try.verdict', '=', 'MATCHED')
    .where('vault_envelope.purpose', '=', 'identity');
}

/** Correct passwords of these reissues. */
export function provedPasswords(
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
    .select('password_try.reissue_id')
    .select((has) => has.ref('password_try.verdict').$castTo<'MATCHED' | 'RESET'>().as('verdict'))
    .where((is) => is('password_try.reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .where('password_try.verdict', 'in', ['MATCHED', 'RESET'])
    .where('vault_envelope.purpose', '=', 'password');
}

/** The last answer of these reissues to each text. Consents arrive in a separate call, or as one part of an application. */
export function provedConsents(
  tx: Tx<'select consent' | 'select received_call'>,
  reissueIds: readonly string[],
) {
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
    .where((is) => is('consent.reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .orderBy('consent.reissue_id')
    .orderBy('consent.terms_id')
    .orderBy('consent.version')
    .orderBy('consent.recorded_at', 'desc');
}

/** When each of these reissues last requested its certificate. */
export function requestTimes(tx: Tx<'select received_call'>, reissueIds: readonly string[]) {
  return tx
    .selectFrom('received_call')
    .select(['reissue_id', ({ fn }) => fn.max('received_at').as('requested_at')])
    .where((is) => is('reissue_id', '=', is.fn.any(is.val(reissueIds))))
    .where('kind', 'in', ['requestCertificate', 'apply'])
    .groupBy('reissue_id');
}

/** Those of these reissues that began before proofs were recorded. */
export function olderReissues(
  tx: Tx<'select reissue' | 'select reissue_before_verdicts'>,
  reissueIds: readonly string[],
) {
  return tx
    .selectFrom('reissue_before_verdicts')
    .innerJoin('reissue', (join) =>
      join
        .onRef('reissue.reissue_id', '=', 'reissue_before_verdicts.reissue_id')
        .onRef('reissue.customer_id', '=', 'reissue_before_verdicts.customer_id')
        .onRef('reissue.key_thumbprint', '=', 'reissue_before_verdicts.key_thumbprint'),
    )
    .select('reissue_before_verdicts.reissue_id')
    .where((is) => is('reissue_before_verdicts.reissue_id', '=', is.fn.any(is.val(reissueIds))));
}
