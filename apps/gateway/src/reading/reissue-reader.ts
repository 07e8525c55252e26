import { showReissue, type Reissue } from '#libs/contracts';
import type { Clock } from '#libs/domain';
import type { Database } from '#libs/db';
import { certificatesOfReissue } from '#libs/db/certificates';
import { findReissue, type ReissueRow } from '#libs/db/reissues';
import { problem } from '../problems.js';

/** A reissue as the row has it, and as clients see it. */
export interface CurrentReissue {
  readonly row: ReissueRow;
  readonly reissue: Reissue;
}

/** Reads reissues from PostgreSQL; no workflow is asked. */
export class ReissueReader {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async find(reissueId: string): Promise<CurrentReissue | undefined> {
    const row = await findReissue(this.db, reissueId);
    if (!row) return undefined;
    const certificates = await certificatesOfReissue(this.db, row);
    return { row, reissue: showReissue(row, { ...certificates, now: this.clock() }) };
  }

  /** @throws ProblemError 404: there was one, since a token names it, but it is not known any more */
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
