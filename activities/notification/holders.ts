import type { RoleDatabase } from '#libs/db';
import { recordItemNotification, itemsToNotify } from '#libs/db/operations';
import { ProviderRefused } from '#libs/provider-client';
import { sendNotification, type NotifyContext } from './notify.js';

type HoldersContext = Omit<NotifyContext, 'store' | 'clock'> & { readonly db: RoleDatabase<'worker'> };

const batchSize = 200;
const concurrency = 8;
type ItemToNotify = Awaited<ReturnType<typeof itemsToNotify>>[number];

/**
 * Notifies the holders of the certificates that an operation revoked, held or released, and records the outcome for each.
 * A second run notifies only the holders without an outcome: a message that was sent but not recorded carries the same id.
 *
 * @throws ProviderUnavailable if a retry may reach some holders, after all others were notified
 */
export async function notifyHolders(context: HoldersContext, operationId: string): Promise<void> {
  let failure: { error: unknown } | undefined;
  const notifyHolder = async (item: ItemToNotify) => {
    try {
      await recordItemNotification(context.db, { operationId, target: item.target }, await sendTo(item));
    } catch (error) {
      failure ??= { error };
    }
  };
  const sendTo = async ({ target: serial, outcome, tried_at: at, language, mobile, email }: ItemToNotify) => {
    if (!mobile) return 'NO_CONTACT';
    const messageId = `${operationId}.${serial}`;
    const pending = { mobile, email, language, details: { serial, ...(at ? { at } : {}) } };
    const unrecorded = { channelsUsed: [], record: () => Promise.resolve() };
    try {
      await sendNotification(context, messageId, `${outcome as 'HELD'}_BY_BANK`, pending, unrecorded);
      return 'SENT';
    } catch (error) {
      if (error instanceof ProviderRefused) return 'NOT_SENT';
      throw error;
    }
  };
  for (let items = await itemsToNotify(context.db, operationId, batchSize); items.length > 0;) {
    const queue = items.values();
    const lane = async () => {
      for (const item of queue) await notifyHolder(item);
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    if (failure) throw failure.error;
    items = await itemsToNotify(context.db, operationId, batchSize);
  }
}
