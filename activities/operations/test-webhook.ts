import type { Database } from '#libs/db';
import { findWebhook } from '#libs/db/events';
import type { Clock } from '#libs/domain';
import { sendWebhook, testMessage, type WebhookAttempt, type WebhookSettings } from '#libs/webhooks';

interface WebhookTest {
  readonly endpointId: string;
  readonly testId: string;
}

/** `UNKNOWN`: there is no such endpoint, or no webhooks at all. */
type WebhookTestAnswer = WebhookAttempt | 'UNKNOWN';

/** Tries receivers with an event of which nothing happened. */
export function createWebhookActivities(parts: {
  readonly db: Database;
  readonly clock: Clock;
  readonly settings: WebhookSettings | undefined;
  readonly source: string;
}) {
  const { db, clock, settings, source } = parts;
  return {
    async testWebhook({ endpointId, testId }: WebhookTest): Promise<WebhookTestAnswer> {
      const endpoint = await findWebhook(db, endpointId);
      if (!endpoint || !settings) return 'UNKNOWN';
      const now = clock();
      return sendWebhook(settings, endpoint, testMessage(endpointId, testId, source, now), now);
    },
  };
}
export type WebhookActivities = ReturnType<typeof createWebhookActivities>;
