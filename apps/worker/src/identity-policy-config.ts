import { z } from 'zod';
import { json } from '#libs/config';
import { identityMethods, policyFaults, reasons, onFileStatuses, type IdentityMethod } from '#libs/domain';

/** The methods with a provider. The worker's configuration has one for each. */
const providedMethods: readonly IdentityMethod[] = identityMethods;

const method = z.enum(identityMethods);
const rule = z.strictObject({
  required: z.array(method),
  additional: z.strictObject({ count: z.int().min(0), from: z.array(method) }),
});
const limits = z.strictObject({
  attempts: z.int().min(1),
  sends: z.int().min(1),
  attemptsPerDay: z.int().min(1),
  lifetimeMs: z.int().min(1000),
});
const ruleName = z.string().regex(/^\w{1,32}$/, 'must be a name of 1 to 32 letters, digits and _');

/** An identity policy in JSON. Each of its rules must be possible to satisfy. */
export const identityPolicySetting = json(
  z
    .strictObject({
      version: z.string().min(1).max(64),
      rules: z.record(ruleName, rule),
      ruleFor: z.record(z.enum(reasons), z.record(z.enum(onFileStatuses), ruleName)),
      independent: z.array(z.tuple([method, method])),
      oldCertificate: z.strictObject({ expiredForDays: z.int().min(0).max(3650) }),
      limits: z.partialRecord(method, limits),
      resetMethods: z.int().min(1),
    })
    .superRefine((policy, context) => {
      for (const { path, message } of policyFaults(policy, providedMethods))
        context.addIssue({ code: 'custom', path: [...path], message });
    }),
);
