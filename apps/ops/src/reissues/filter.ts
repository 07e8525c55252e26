import {
  endCodes,
  parkableSteps,
  parkCodes,
  reasons,
  states,
  type EndCode,
  type ParkCode,
  readReceiptNumber,
  type ReissueFilter,
} from '#libs/domain';
import { z } from 'zod';
import { timestampSchema } from '../paging/timestamp.js';

/**
 * A query parameter with several values: repeated, or once with commas between the values. Duplicates are dropped.
 * It is documented as an array, as in OpenAPI's `style: form`.
 */
const anyOf = <T extends string>(values: readonly [T, ...T[]], about: string) =>
  z
    .preprocess(
      (given) => (given === undefined ? undefined : [...new Set([given].flat().flatMap(splitAtCommas))]),
      z.array(z.enum(values)).min(1).max(values.length).optional(),
    )
    .describe(`${about}; separate several values by commas`);

const splitAtCommas = (value: unknown): unknown[] => (typeof value === 'string' ? value.split(',') : [value]);

const yesOrNo = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional();

const codes = [...parkCodes, ...endCodes] as [ParkCode | EndCode, ...(ParkCode | EndCode)[]];

/** A customer's pseudonym: short and printable. */
export const customerRefSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .describe('Pseudonym of the customer');

/** A receipt number as a customer names it. It is compared in its stored form. */
const receiptNumberSchema = z
  .string()
  .max(64)
  .transform((text, context) => {
    const read = readReceiptNumber(text);
    if ('number' in read) return read.number;
    const message =
      read.fault === 'CHECK' ? 'is mistyped: its check character does not match' : 'must be a receipt number';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .describe(
    'Receipt number; case, spaces, hyphens and look-alikes (O for 0, I or L for 1, U for V) make no difference',
  );

/** Parameters of every call that lists, counts or selects reissues. */
export const filterParameters = {
  state: anyOf(states, 'State'),
  open: yesOrNo.describe('Whether the reissue is still open'),
  parked: yesOrNo.describe('Whether the reissue is parked and waits for an operator'),
  step: anyOf(parkableSteps, 'Step at which the reissue is parked'),
  code: anyOf(codes, 'Reason why the reissue is parked, or why it ended'),
  reason: anyOf(reasons, 'Reason for the reissue'),
  customerRef: customerRefSchema.optional(),
  receiptNumber: receiptNumberSchema.optional(),
  createdFrom: timestampSchema.optional().describe('Started at this time or later'),
  createdTo: timestampSchema.optional().describe('Started before this time'),
  parkedBefore: timestampSchema.optional().describe('Parked before this time'),
};

type FilterOf<T> = { [K in keyof T & keyof ReissueFilter]?: ReissueFilter[K] | undefined };

/** The filter among the parameters of a call. */
export function reissueFilterOf(given: FilterOf<ReissueFilter>): ReissueFilter {
  const named = Object.keys(filterParameters) as (keyof ReissueFilter)[];
  return Object.fromEntries(
    named.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  );
}
