import { bankCustomerIdPattern, customerEventKinds, type CustomerEventKind } from '#libs/domain';
import { z } from 'zod';

/** The event types that Reseal receives; the number at the end is the version of the schema. */
export const customerEventTypes = customerEventKinds.map((kind) => `bank.customer.${kind}.v1` as const);

/** The kind of event that a type names; undefined for a type that Reseal does not receive. */
export const customerEventKindOf = (type: string): CustomerEventKind | undefined =>
  customerEventKinds.find((kind) => type === `bank.customer.${kind}.v1`);

/** Text without control characters (CloudEvents 1.0, section 3.1.1). */
const attribute = () =>
  z
    .string()
    .min(1)
    .max(256)
    .regex(/^\P{Cc}+$/u);

export const customerEventDataSchema = z
  .object({
    customerId: z
      .string()
      .regex(bankCustomerIdPattern)
      .describe("the bank's own id of the customer, as in the files that import customers"),
  })
  .meta({ id: 'CustomerEventData' });

/** The attributes of a CloudEvent 1.0 that Reseal reads, and its data. It ignores all others. */
export const receivedCloudEventSchema = z.object({
  specversion: z.literal('1.0'),
  id: attribute(),
  source: attribute(),
  type: attribute(),
  time: z.iso.datetime({ offset: true }),
  datacontenttype: z
    .string()
    .regex(/^application\/([a-z0-9.+-]+\+)?json\s*(;.*)?$/i)
    .optional(),
  data: customerEventDataSchema,
});

/** An event of the bank about a customer. */
export interface CustomerEvent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly kind: CustomerEventKind;
  /** The bank's own id of the customer. */
  readonly customerId: string;
  readonly time: Date;
}
