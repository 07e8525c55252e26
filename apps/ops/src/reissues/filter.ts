import {
  endCodes,
  parkableSteps,
  parkCodes,
  reasons,
  states,
  type EndCode,
  type ParkCode,
  type ReissueFilter,
} from '#libs/domain';
import { z } from 'zod';
import { timestampSchema } from '../paging/timestamp.js';

/**
 * A query parameter that may be given several times, or once with commas between its values; each value counts once.
 * Documented as an array, as OpenAPI's `style: form` has it.
 */
const anyOf = <T extends string>(values: readonly [T, ...T[]], about: string) =>
  z
    .preprocess(
      (given) => (given === undefined ? undefined : [...new Set([given].flat().flatMap(splitAtCommas))]),
      z.array(z.enum(values)).min(1).max(values.length).optional(),
    )
    .describe(`${about}; several are separated by commas`);

const splitAtCommas = (value: unknown): unknown[] => (typeof value === 'string' ? value.split(',') : [value]);

const yesOrNo = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional();

const codes = [...parkCodes, ...endCodes] as [ParkCode | EndCode, ...(ParkCode | EndCode)[]];

/** A reference that could be one: pseudonyms are short and printable. */
export const customerRefSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .describe('Pseudonym of the customer');

/** What a call takes that lists, counts or selects reissues. */
export const filterParameters = {
  state: anyOf(states, 'State'),
  open: yesOrNo.describe('Whether it can still change'),
  parked: yesOrNo.describe('Whether it waits for an operator'),
  step: anyOf(parkableSteps, 'Step at which it is parked'),
  code: anyOf(codes, 'Why it is parked, or why it ended'),
  reason: anyOf(reasons, 'Why the customer came'),
  customerRef: customerRefSchema.optional(),
  createdFrom: timestampSchema.optional().describe('Begun at this moment or later'),
  createdTo: timestampSchema.optional().describe('Begun before this moment'),
  parkedBefore: timestampSchema.optional().describe('Parked before this moment: the age of what waits'),
};

type FilterOf<T> = { [K in keyof T & keyof ReissueFilter]?: ReissueFilter[K] | undefined };

/** What was given of a filter, out of all that a call was given. */
export function reissueFilterOf(given: FilterOf<ReissueFilter>): ReissueFilter {
  const named = Object.keys(filterParameters) as (keyof ReissueFilter)[];
  return Object.fromEntries(
    named.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  );
}
