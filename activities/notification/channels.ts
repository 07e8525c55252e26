import type { Logger } from '#libs/observability';
import { ProviderRefused } from '#libs/provider-client';
import type { MessageKind } from './texts.js';

const channels = ['SMS', 'MAIL'] as const;
/** The ways to every contact that is known: that on file, and the one before a recent change. */
const everyChannel = [...channels, 'FORMER_SMS', 'FORMER_MAIL'] as const;
/** A way to the customer. Most messages take one; the other is used if the first cannot deliver it. */
export type NotificationChannel = (typeof everyChannel)[number];

/**
 * The kinds that are mailed first. The phone has just received the code that proved the identity, so a stranger who has
 * the phone, or its number, would be the one to read an SMS.
 */
const mailedFirst: readonly MessageKind[] = ['NEW_DEVICE'];

/** The channels of a message, the preferred one first. */
function channelsOf(kind: MessageKind | 'EXPIRY'): readonly NotificationChannel[] {
  return mailedFirst.some((mailed) => mailed === kind) ? channels.toReversed() : channels;
}

export interface ChannelContext {
  readonly logger: Pick<Logger, 'warn'>;
  /** Called after each try on a channel. */
  readonly onTried?: (channel: NotificationChannel, outcome: 'sent' | 'failed' | 'refused') => void;
}

interface MessageOnChannels {
  /** By which the receiver drops a repetition. */
  readonly messageId: string;
  readonly kind: MessageKind | 'EXPIRY';
  /** How to send it on each channel; undefined where the customer has no address. */
  readonly senders: Readonly<Partial<Record<NotificationChannel, (() => Promise<void>) | undefined>>>;
}

/**
 * Sends a message on the preferred channel, and on the other one if that cannot deliver it.
 *
 * @param isPatient whether a retry of the preferred channel comes first, unless it has refused the message. A provider whose
 *   answer was lost has sent it already.
 * @returns the channel that took the message, if one did, and the errors of those that did not
 */
export async function sendOnOneChannel(
  context: ChannelContext,
  message: MessageOnChannels,
  isPatient = false,
): Promise<{ readonly channel?: NotificationChannel; readonly errors: readonly unknown[] }> {
  const errors: unknown[] = [];
  for (const channel of channelsOf(message.kind)) {
    if (!message.senders[channel]) continue;
    const failure = await tryChannel(context, message, channel);
    if (!failure) return { channel, errors };
    errors.push(failure.error);
    if (isPatient && !(failure.error instanceof ProviderRefused)) break;
  }
  return { errors };
}

/**
 * Sends a message on every channel that has not taken it yet.
 *
 * @param record called for each channel that took it
 * @returns the errors of those that did not. If one took it, one that refuses it for good does not matter: a former number is often
 *   out of use
 */
export async function sendOnEveryChannel(
  context: ChannelContext,
  message: MessageOnChannels,
  channelsUsed: readonly string[],
  record: (channel: NotificationChannel) => Promise<void>,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  let taken = channelsUsed.length > 0;
  for (const channel of everyChannel) {
    if (!message.senders[channel] || channelsUsed.includes(channel)) continue;
    const failure = await tryChannel(context, message, channel);
    if (failure) errors.push(failure.error);
    else await record(channel);
    taken ||= !failure;
  }
  return taken ? errors.filter((error) => !(error instanceof ProviderRefused)) : errors;
}

async function tryChannel(
  { logger, onTried }: ChannelContext,
  { messageId, kind, senders }: MessageOnChannels,
  channel: NotificationChannel,
): Promise<{ readonly error: unknown } | undefined> {
  try {
    await senders[channel]?.();
  } catch (error) {
    onTried?.(channel, error instanceof ProviderRefused ? 'refused' : 'failed');
    logger.warn({ messageId, kind, channel, err: error }, 'message not sent');
    return { error };
  }
  onTried?.(channel, 'sent');
  return undefined;
}
