import type { RoleDatabase } from '#libs/db';
import { findWebhook } from '#libs/db/events';
import type { Clock } from '#libs/domain';
import { sendWebhook, testMessage, type WebhookAttempt, type WebhookSettings } from '#libs/webhooks';

interface WebhookTest {
  readonly endpointId: string;
  readonly testId: string;
}

/** `UNKNOWN`: the endpoint does not exist, or webhooks are not configured. */
type WebhookTestAnswer = WebhookAttempt | 'UNKNOWN';

/** Sends a test event to a webhook's receiver. */
export function createWebhookActivities(dependencies: {
  readonly db: RoleDatabase<'worker'>;
  readonly clock: Clock;
  readonly settings: WebhookSettings | undefined;
  readonly source: string;
}) {
  const { db, clock, settings, source } = dependencies;
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
