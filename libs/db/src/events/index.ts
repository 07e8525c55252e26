export { announce } from './announcements.js';
export type { EventRow } from '../rows.js';
export {
  insertEvents,
  eventsAfter,
  unpublishedEvents,
  eventsWithIds,
  lastPublishedAt,
  markPublished,
  outboxLag,
} from './events.js';
export type { NewEvent } from './events.js';
export {
  disableWebhook,
  dueDeliveries,
  dueEndpoints,
  findWebhook,
  deleteEndedDeliveries,
  recordDelivery,
  replayDeliveries,
  waitingDeliveries,
} from './webhooks.js';
export type { DueDelivery, WebhookEndpointRow } from './webhooks.js';
