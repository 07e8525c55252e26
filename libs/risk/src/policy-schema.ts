import { identifierKinds, identityMethods, maximumWaitHours, reasons } from '#libs/domain';
import { z } from 'zod';
import { deviceKinds, networkKinds, riskDecisions } from './facts.js';
import type { RiskPolicy } from './policy.js';

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.array(z.enum(values)).min(1).optional();
const range = z
  .strictObject({
    atLeast: z.int().min(0).optional(),
    below: z.int().min(1).optional(),
    orUnknown: z.literal(true).optional(),
  })
  .refine(({ atLeast = 0, below = Infinity }) => atLeast < below, 'can never hold')
  .refine(({ atLeast, below }) => atLeast !== undefined || below !== undefined, 'has no limit')
  .optional();

const conditions = z
  .strictObject({
    decision: oneOf(riskDecisions),
    reason: oneOf(reasons),
    claimedBy: oneOf(identifierKinds),
    device: oneOf(deviceKinds),
    network: oneOf(networkKinds),
    certificatePolicy: z
      .array(z.string().regex(/^\d+(\.\d+)+$/, 'must be an OID'))
      .min(1)
      .optional(),
    withoutMethods: oneOf(identityMethods),
    hour: range.refine((hour) => (hour?.below ?? 24) <= 24 && (hour?.atLeast ?? 0) < 24, 'is no hour'),
    startsOfPerson: range,
    triesOfPerson: range,
    startsOnDevice: range,
    triesOnDevice: range,
    personsOnDevice: range,
    simAgeDays: range,
    contactAgeDays: range,
    customerAgeDays: range,
    fraudSuspected: z.boolean().optional(),
  })
  .refine((when) => Object.keys(when).length > 0, 'has no condition, so it would apply to every reissue');

const allow = z.strictObject({ outcome: z.literal('ALLOW') });
const stepUp = z.strictObject({
  outcome: z.literal('STEP_UP'),
  methods: z
    .array(z.enum(identityMethods))
    .min(1)
    .refine((methods) => new Set(methods).size === methods.length, 'names a method twice'),
});
/** More than the longest wait counts as that. */
const delay = z.strictObject({ outcome: z.literal('DELAY'), hours: z.int().min(1).max(720) });
const refuse = z.strictObject({ outcome: z.literal('REFUSE') });

/** An outcome, as a provider answers it. */
export const riskOutcomeSchema = z.discriminatedUnion('outcome', [allow, stepUp, delay, refuse]);

/** A risk policy in JSON. */
export const riskPolicySchema = z
  .strictObject({
    version: z.string().min(1).max(64),
    rules: z
      .array(
        z.strictObject({
          name: z
            .string()
            .regex(
              /^[a-z][a-z0-9-]{0,63}$/,
              'must be 1 to 64 lower-case letters, digits and -, from a letter',
            ),
          when: conditions,
          then: z.discriminatedUnion('outcome', [stepUp, delay, refuse]),
        }),
      )
      .max(200),
    onUnavailable: z
      .discriminatedUnion('outcome', [stepUp, delay, refuse])
      .default({ outcome: 'DELAY', hours: 24 }),
    onNoMethodLeft: z.discriminatedUnion('outcome', [delay, refuse]).default({ outcome: 'DELAY', hours: 24 }),
  })
  .superRefine(({ rules }, context) => {
    const names = rules.map(({ name }) => name);
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        context.addIssue({ code: 'custom', path: ['rules', index, 'name'], message: 'is used twice' });
  }) satisfies z.ZodType<RiskPolicy>;

/** A risk policy that a bank configures now. Former policies, by which open reissues are decided, may have longer waits. */
export const configuredRiskPolicySchema = riskPolicySchema.superRefine(
  ({ rules, onUnavailable, onNoMethodLeft }, context) => {
    const outcomes = [
      ...rules.map(({ then }, index) => ({ outcome: then, path: ['rules', index, 'then', 'hours'] })),
      { outcome: onUnavailable, path: ['onUnavailable', 'hours'] },
      { outcome: onNoMethodLeft, path: ['onNoMethodLeft', 'hours'] },
    ];
    for (const { outcome, path } of outcomes)
      if (outcome.outcome === 'DELAY' && outcome.hours > maximumWaitHours)
        context.addIssue({ code: 'custom', path, message: `must be at most ${maximumWaitHours}` });
  },
);
