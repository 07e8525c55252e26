import type { Database } from '../database.js';
import type { ChallengeRow } from '../rows.js';

/** A challenge that was not answered and not replaced. */
export type OpenChallenge = Pick<
  ChallengeRow,
  | 'challenge_id'
  | 'reissue_id'
  | 'method'
  | 'state'
  | 'hint'
  | 'account_bank'
  | 'nonce'
  | 'expires_at'
  | 'attempts'
> & {
  /** The tries that its method has used. */
  readonly tries: number;
};

/** The open challenges of a reissue, in the order of their methods: at most one of each. */
export async function openChallengesOf(
  db: Database<'select challenge' | 'select identity_method'>,
  reissueId: string,
): Promise<OpenChallenge[]> {
  return db
    .selectFrom('challenge')
    .innerJoin('identity_method as used', (join) =>
      join
        .onRef('used.reissue_id', '=', 'challenge.reissue_id')
        .onRef('used.method', '=', 'challenge.method'),
    )
    .select([
      'challenge_id',
      'challenge.reissue_id',
      'challenge.method',
      'state',
      'hint',
      'account_bank',
      'nonce',
    ])
    .select(['expires_at', 'attempts', 'used.tries'])
    .where('challenge.reissue_id', '=', reissueId)
    .where('state', 'in', ['PREPARED', 'SENT'])
    .orderBy('challenge.method')
    .execute();
}
