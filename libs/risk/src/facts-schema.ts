import { identifierKinds, identityMethods, reasons } from '#libs/domain';
import { z } from 'zod';
import type { RiskAnswer } from './decide.js';
import { deviceKinds, networkKinds, riskDecisions, type RiskFacts } from './facts.js';
import { riskOutcomeSchema } from './policy-schema.js';

const number = z.int().min(0);
const methods = z.array(z.enum(identityMethods));

/** The facts of a decision, as an audit entry has them in its two parts together. */
export const riskFactsSchema = z.strictObject({
  decision: z.enum(riskDecisions),
  reason: z.enum(reasons),
  claimedBy: z.enum(identifierKinds),
  methods,
  additionalMethod: z.boolean(),
  methodsLeft: methods,
  device: z.enum(deviceKinds),
  hour: number.max(23),
  startsOfPerson: number,
  triesOfPerson: number,
  startsOnDevice: number.nullable(),
  triesOnDevice: number.nullable(),
  personsOnDevice: number.nullable(),
  certificatePolicy: z.string().nullable(),
  network: z.enum(networkKinds),
  simAgeDays: number.nullable(),
  contactAgeDays: number.nullable(),
  customerAgeDays: number.nullable(),
  fraudSuspected: z.boolean(),
}) satisfies z.ZodType<RiskFacts>;

/** The answer of the provider, as an audit entry has it. */
export const riskAnswerSchema = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('ANSWERED'),
    outcome: riskOutcomeSchema,
    reference: z.string().optional(),
  }),
  z.strictObject({ status: z.literal('UNAVAILABLE') }),
]) satisfies z.ZodType<RiskAnswer>;
