import { heartbeat } from '@temporalio/activity';
import { recordNotice, untoldItems, type Database } from '#libs/db';
import { ProviderRefused } from '#libs/provider-client';
import { sendNotification, type NotifyContext } from './notify.js';

type HoldersContext = Omit<NotifyContext, 'notices' | 'clock'> & { readonly db: Database };

const batch = 200;
const atOnce = 8;
type Untold = Awaited<ReturnType<typeof untoldItems>>[number];

/**
 * Tells the holders of those certificates that an operation revoked, held or released, and writes of each whether they
 * could be told. Doing it again tells only those who were not: a message that went out unrecorded carries the same id.
 *
 * @throws ProviderUnavailable if another try may reach some of them, once all others were told
 */
export async function tellHolders(context: HoldersContext, operationId: string): Promise<void> {
  let failure: { error: unknown } | undefined;
  const tell = async (item: Untold) => {
    heartbeat();
    try {
      await recordNotice(context.db, { operationId, target: item.target }, await noticeOf(item));
    } catch (error) {
      failure ??= { error };
    }
  };
  const noticeOf = async ({ target: serial, outcome, tried_at: at, mobile, email }: Untold) => {
    if (!mobile) return 'NO_CONTACT';
    const messageId = `${operationId}.${serial}`;
    const notice = { mobile, email, details: { serial, ...(at ? { at } : {}) } };
    const unrecorded = { told: [], record: () => Promise.resolve() };
    try {
      await sendNotification(context, messageId, `${outcome as 'HELD'}_BY_BANK`, notice, unrecorded);
      return 'SENT';
    } catch (error) {
      if (error instanceof ProviderRefused) return 'NOT_SENT';
      throw error;
    }
  };
  for (let untold = await untoldItems(context.db, operationId, batch); untold.length > 0;) {
    const waiting = untold.values();
    const lane = async () => {
      for (const item of waiting) await tell(item);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    if (failure) throw failure.error;
    untold = await untoldItems(context.db, operationId, batch);
  }
}
