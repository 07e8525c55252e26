import { PostgresLeadership } from '#libs/db/leadership';
import { WebhookDispatcher, type DispatcherDependencies } from './dispatcher.js';

/** Creates the dispatcher of webhooks. */
export function createWebhookDispatcher({
  databaseUrl,
  admit,
  ...dependencies
}: Omit<DispatcherDependencies, 'leadership'> & {
  /** For the connection that holds the lock. */
  readonly databaseUrl: string;
  /** Throws while this process must not work. */
  readonly admit?: () => void;
}): WebhookDispatcher {
  const leadership = new PostgresLeadership({
    databaseUrl,
    name: 'reseal-webhook-dispatcher',
    channel: 'reseal_webhook',
    admit,
  });
  return new WebhookDispatcher({ ...dependencies, leadership });
}
