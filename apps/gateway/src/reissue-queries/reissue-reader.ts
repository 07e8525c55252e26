import { showReissue, type Reissue } from '#libs/contracts';
import type { Clock } from '#libs/domain';
import type { ReissueRow } from '#libs/db/reissues';
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
    private readonly queries: Pick<GatewayQueries, 'findReissue' | 'certificatesOfReissue'>,
    private readonly clock: Clock,
  ) {}

  async find(reissueId: string): Promise<CurrentReissue | undefined> {
    const row = await this.queries.findReissue(reissueId);
    if (!row) return undefined;
    const certificates = await this.queries.certificatesOfReissue(row);
    return { row, reissue: showReissue(row, { ...certificates, now: this.clock() }) };
  }

  /** @throws ProblemError 404 if the reissue is not stored any more */
  async get(reissueId: string): Promise<CurrentReissue> {
    const current = await this.find(reissueId);
    if (!current) throw problem('not-found');
    return current;
  }

  async show(reissueId: string): Promise<Reissue> {
    const { reissue } = await this.get(reissueId);
    return reissue;
  }
}
