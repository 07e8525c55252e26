import { createSecretKey } from 'node:crypto';
import { loadConfig, secretBytes } from '#libs/config';
import { workflowIdOf } from '#libs/domain';
import type { Database } from '#libs/db';
import { StopLinks } from '#libs/stop-links';
import { z } from 'zod';
import { day } from '../world/movable-clock.js';
import { environmentOf } from './app-environment.js';
import type { RunningStack } from './running-stack.js';
import type { Person } from './sandbox.js';

type Stack = Pick<RunningStack, 'db' | 'temporal'>;

/** Makes a reissue wait for a day before its certificate is signed, as a decision on its risk does. */
export async function requireWait(db: Database<'update reissue'>, reissueId: string): Promise<void> {
  await db
    .updateTable('reissue')
    .set({ required_wait_ms: String(day) })
    .where('reissue_id', '=', reissueId)
    .execute();
}

/** Makes the newest reissue of a person wait, as {@link requireWait} does. @returns the id of the reissue */
export async function makeWait({ db }: Stack, { mobile }: Pick<Person, 'mobile'>): Promise<string> {
  const { reissue_id: reissueId } = await db
    .selectFrom('reissue')
    .select('reissue_id')
    .where('applicant_mobile', '=', mobile)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  await requireWait(db, reissueId);
  return reissueId;
}

/** Lets the time of a waiting reissue be over. */
export async function endWait({ db, temporal }: Stack, reissueId: string): Promise<void> {
  await db
    .updateTable('reissue')
    .set({ cooling_off_until: new Date() })
    .where('reissue_id', '=', reissueId)
    .execute();
  await temporal.workflow.getHandle(workflowIdOf(reissueId)).signal('refresh');
}

/** The path of the link by which the customer stops a reissue. Messages of the test stack have none. */
export function stopLinkOf(reissueId: string): string {
  const { pseudonymKey } = loadConfig(z.object({ pseudonymKey: secretBytes(32) }), environmentOf('worker'));
  return new StopLinks(createSecretKey(pseudonymKey), '/').urlOf(reissueId)!;
}
