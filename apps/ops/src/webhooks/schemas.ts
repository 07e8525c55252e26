import { z } from 'zod';
import { oneLinePattern } from '../one-line.js';
import { timestampSchema } from '../paging/timestamp.js';

export const endpointIdSchema = z.string().regex(/^wh_[0-9a-f]{32}$/, 'must be a webhook id');

const url = z.string().max(2_000).describe('https address; the configuration lists the allowed hosts');
const description = z
  .string()
  .trim()
  .min(3)
  .max(200)
  .regex(...oneLinePattern)
  .describe('Owner or purpose of the receiver');
const types = z
  .array(z.string().regex(/^reseal\.[a-z.-]+\.v\d+$/, 'must be an event type'))
  .max(100)
  .describe(
    'Event types to send. An empty list means all events of reissues and certificates; checkpoints of the audit log are sent only if their type is listed',
  );

export const createWebhookRequest = z
  .strictObject({ url, description, types: types.default([]) })
  .meta({ id: 'WebhookRequest' });
export const changeWebhookRequest = z
  .strictObject({ url, description, types, enabled: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, { message: 'must change something' })
  .meta({ id: 'WebhookChange' });
export const emptyBody = z.strictObject({}).optional();

export const replayRequest = z
  .union([
    z.strictObject({ reissueId: z.string().regex(/^ri_[0-9a-f]{32}$/) }),
    z.strictObject({
      from: timestampSchema,
      to: timestampSchema.optional(),
    }),
  ])
  .meta({ id: 'WebhookReplayRequest', description: 'The events of one reissue, or of a period of time' });

const fields = {
  id: z.string(),
  url: z.string(),
  description: z.string(),
  types: z.array(z.string()),
  enabled: z.boolean(),
  disabledReason: z.string().nullable(),
  previousSecretUntil: z.iso.datetime().nullable(),
  waiting: z.int(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};
export const endpoint = z.object(fields).meta({ id: 'Webhook' });
export const endpointList = z.object({ items: z.array(endpoint) }).meta({ id: 'WebhookList' });
export const endpointWithSecret = z
  .object({ ...fields, secret: z.string().describe('`whsec_…`; shown only in this response') })
  .meta({ id: 'WebhookWithSecret' });
export const newEndpoint = z
  .object({
    ...fields,
    secret: z
      .string()
      .optional()
      .describe('`whsec_…`; absent in the response to a repeated call. If it is lost, rotate the secret'),
  })
  .meta({ id: 'NewWebhook' });
const delivery = z
  .object({
    eventId: z.string().describe('`id` of the CloudEvent'),
    type: z.string(),
    state: z.enum(['PENDING', 'DELIVERED', 'FAILED']),
    attempts: z.int(),
    nextAttemptAt: z.iso.datetime().nullable(),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    endedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export const endpointWithDeliveries = z
  .object({ ...fields, deliveries: z.array(delivery).describe('The newest 100') })
  .meta({ id: 'WebhookWithDeliveries' });
export const testResult = z
  .object({
    delivered: z.boolean(),
    status: z.int().nullable().describe('HTTP status'),
    error: z.string().nullable(),
  })
  .meta({ id: 'WebhookTest' });
export const replayResult = z.object({ events: z.int() }).meta({ id: 'WebhookReplay' });

export type CreateWebhookRequest = z.output<typeof createWebhookRequest>;
export type ChangeWebhookRequest = z.output<typeof changeWebhookRequest>;
export type ReplayRequest = z.output<typeof replayRequest>;
export type ShownEndpoint = z.output<typeof endpoint>;
export type ShownDelivery = z.output<typeof delivery>;
