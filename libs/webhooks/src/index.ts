export { addressFault } from './addresses.js';
export { webhookConfig, webhookCredentialsConfig, webhookFetch, webhookSettings } from './config.js';
export { createWebhookDispatcher } from './create-dispatcher.js';
export { WebhookDispatcher } from './dispatcher.js';
export { testMessage } from './message.js';
export { registerWebhookMetrics } from './metrics.js';
export { secretsOverlapMs, webhookSecret } from './secrets.js';
export { sendWebhook } from './send.js';
export type { WebhookAttempt, WebhookSettings } from './send.js';
