import { showChallenge, showReissue, type Reissue, type ReissueWithChallenges } from '#libs/contracts';
import type { Clock } from '#libs/domain';
import type { CallState, ReissueRow } from '#libs/db/reissues';
import { problem } from '../problems.js';
import type { GatewayQueries } from '../queries.js';

/** A reissue as its row, and as clients see it. */
export interface CurrentReissue {
  readonly row: ReissueRow;
  readonly reissue: Reissue;
}

/** Reads reissues from PostgreSQL, without asking their workflows. */
export class ReissueReader {
  constructor(
    private readonly queries: Pick<GatewayQueries, 'callStateOf' | 'openChallengesOf'>,
    private readonly clock: Clock,
  ) {}

  async find(reissueId: string): Promise<CurrentReissue | undefined> {
    return this.currentOf(await this.queries.callStateOf(reissueId, ''));
  }

  /** @throws ProblemError 404 if the reissue is not stored any more */
  async get(reissueId: string): Promise<CurrentReissue> {
    return required(await this.find(reissueId));
  }

  /** The reissue that the access check has read. @throws ProblemError 404 if it is not stored any more */
  read(state: CallState | undefined): CurrentReissue {
    return required(state && this.currentOf(state));
  }

  /** As {@link read}, with its open challenges. */
  async readWithChallenges(state: CallState | undefined): Promise<ReissueWithChallenges> {
    const { row, reissue } = this.read(state);
    const { action, methods = [] } = reissue.next;
    if (action !== 'VERIFY_IDENTITY') return reissue;
    const open = await this.queries.openChallengesOf(row.reissue_id);
    const challenges = open
      .filter(({ method }) => methods.includes(method))
      .map((challenge) =>
        showChallenge(challenge, (challenge.attempts ?? row.identity_attempts) - challenge.tries),
      );
    return { ...reissue, challenges };
  }

  private currentOf({ reissue: row, certificate, old }: CallState): CurrentReissue | undefined {
    return row && { row, reissue: showReissue(row, { certificate, old, now: this.clock() }) };
  }
}

function required(current: CurrentReissue | undefined): CurrentReissue {
  if (!current) throw problem('not-found');
  return current;
}
