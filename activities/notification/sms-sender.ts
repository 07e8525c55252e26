import { callProvider, type ProviderOptions } from '#libs/provider-client';
import { z } from 'zod';
import type { SmsSender } from './senders.js';

const accepted = z.object({ status: z.literal('ACCEPTED') });

/** Sends SMS through an HTTP gateway that drops repetitions by `messageId`. */
export function createSmsSender(options: ProviderOptions): SmsSender {
  return {
    async send({ messageId, to, text }) {
      await callProvider(options, { provider: 'sms', body: { messageId, to, text }, answer: accepted });
    },
  };
}
