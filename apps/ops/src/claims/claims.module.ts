import { Body, Controller, Delete, HttpCode, Injectable, Module, Param, Post } from '@nestjs/common';
import { inTransaction } from '#libs/db';
import { announce } from '#libs/db/events';
import { claimReissue, claimsOf, listedReissue, releaseClaim } from '#libs/db/reissues';
import { Documented } from '#libs/http';
import { z } from 'zod';
import { Roles } from '../access/roles.js';
import { CallingStaff, type Staff } from '../access/staff.js';
import { recordAct } from '../audit/audited-act.js';
import { OpsDependencies } from '../dependencies.js';
import { opsProblem } from '../problems.js';
import { reissueIdSchema } from '../reissues/schemas.js';
import { claimLifetimeMs, showClaim } from './show-claim.js';
import { claimRequest, claimSchema, noteRequest, noteSchema } from './schemas.js';

type ShownClaim = z.output<typeof claimSchema>;
type ShownNote = z.output<typeof noteSchema>;

/** Claims of parked reissues, and notes on reissues. Each is recorded in the audit trail. */
@Injectable()
class Claims {
  constructor(private readonly dependencies: OpsDependencies) {}

  async claim(staff: Staff, reissueId: string, takeOver: boolean): Promise<ShownClaim> {
    const { db, clock } = this.dependencies;
    const at = clock();
    const madeAfter = new Date(at.getTime() - claimLifetimeMs);
    const by = staff.actor;
    const claim = await inTransaction(db, async (tx) => {
      const row = await listedReissue(tx, reissueId);
      if (!row) throw opsProblem('not-found');
      const before = (await claimsOf(tx, [reissueId], madeAfter)).get(reissueId);
      if (!(await claimReissue(tx, { reissueId, by, at, madeAfter, takeOver }))) {
        if (row.parked_step === null) throw opsProblem('not-parked');
        throw opsProblem('claimed-by-another', { extensions: { claimedBy: before?.by ?? null } });
      }
      const takenFrom = before && before.by !== by ? { takenFrom: before.by } : {};
      const details = { reissueId, ...takenFrom };
      await recordAct({ db: tx, clock }, staff, { action: 'claimReissue', outcome: 'DONE', details });
      return showClaim({ reissueId, by, since: at });
    });
    await announce(db, [reissueId]);
    return claim;
  }

  async release(staff: Staff, reissueId: string): Promise<void> {
    const { db, clock } = this.dependencies;
    const released = await inTransaction(db, async (tx) => {
      if (!(await releaseClaim(tx, reissueId, staff.actor))) return false;
      const entry = { action: 'releaseReissue', outcome: 'DONE', details: { reissueId } } as const;
      await recordAct({ db: tx, clock }, staff, entry);
      return true;
    });
    if (released) await announce(db, [reissueId]);
  }

  async note(staff: Staff, reissueId: string, text: string): Promise<ShownNote> {
    const { db, clock } = this.dependencies;
    if (!(await listedReissue(db, reissueId))) throw opsProblem('not-found');
    const entry = { action: 'noteReissue', outcome: 'DONE', reason: text, details: { reissueId } } as const;
    const at = clock();
    await recordAct({ db, clock: () => at }, staff, entry);
    await announce(db, [reissueId]);
    return { by: staff.actor, at: at.toISOString(), text };
  }
}

@Controller('v1/reissues/:id')
class ClaimsController {
  constructor(private readonly claims: Claims) {}

  @Post('claim')
  @HttpCode(200)
  @Roles('operator')
  @Documented(
    'claimReissue',
    'Claim a parked reissue, so that no other operator works on it',
    { 200: claimSchema },
    {
      description:
        'A claim holds for an hour and can be renewed; it ends with the parking. Another operator’s plan leaves the reissue out while it holds.',
    },
  )
  claim(
    @CallingStaff() staff: Staff,
    @Param('id', { schema: reissueIdSchema }) id: string,
    @Body({ schema: claimRequest }) { takeOver }: z.output<typeof claimRequest>,
  ): Promise<ShownClaim> {
    return this.claims.claim(staff, id, takeOver);
  }

  @Delete('claim')
  @HttpCode(204)
  @Roles('operator')
  @Documented('releaseReissue', 'Give up the own claim of a reissue', { 204: 'The caller has no claim' })
  release(@CallingStaff() staff: Staff, @Param('id', { schema: reissueIdSchema }) id: string): Promise<void> {
    return this.claims.release(staff, id);
  }

  @Post('notes')
  @Roles('operator', 'approver')
  @Documented('noteReissue', 'Leave a note on a reissue for colleagues', { 201: noteSchema })
  note(
    @CallingStaff() staff: Staff,
    @Param('id', { schema: reissueIdSchema }) id: string,
    @Body({ schema: noteRequest }) { text }: z.output<typeof noteRequest>,
  ): Promise<ShownNote> {
    return this.claims.note(staff, id, text);
  }
}

@Module({ controllers: [ClaimsController], providers: [Claims] })
export class ClaimsModule {}
