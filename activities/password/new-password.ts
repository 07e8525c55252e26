import { brokenPasswordRules, brokenPersonalRules, type PasswordRuleCode } from '#libs/domain';
import { customerById, earlierVerifiers, passwordCredential } from '#libs/db';
import { isTooCommon } from './guessing.js';
import type { PasswordContext } from './index.js';
import { personalFacts } from './personal-facts.js';

/**
 * Every rule that a new password breaks. The person is asked about only once its form is right, and the verifiers that
 * were in force before only once nothing else is wrong: each of them costs as much as a login.
 *
 * @throws HashingBusy
 */
export async function brokenRules(
  context: PasswordContext,
  reissueId: string,
  customerId: string,
  password: string,
): Promise<PasswordRuleCode[]> {
  const ofForm = brokenPasswordRules(password);
  if (ofForm.length > 0) return ofForm;
  const customer = await customerById(context.db, customerId);
  if (!customer) return [];

  const facts = await personalFacts(context, reissueId, customer);
  const broken = brokenPersonalRules(password, facts);
  if (await isTooCommon(password, facts)) broken.push('TOO_COMMON');
  if (broken.length === 0 && (await wasUsed(context, customerId, password))) broken.push('RECENTLY_USED');
  return broken;
}

/** Whether it is one of the last `rememberedPasswords`, the one in force among them. */
async function wasUsed(
  { db, hashing, rememberedPasswords }: PasswordContext,
  customerId: string,
  password: string,
): Promise<boolean> {
  const inForce = await passwordCredential(db, customerId);
  const earlier = await earlierVerifiers(db, customerId, Math.max(0, rememberedPasswords - 1));
  for (const verifier of [...(inForce ? [inForce.verifier] : []), ...earlier].slice(0, rememberedPasswords))
    if (await hashing.verify(verifier, password)) return true;
  return false;
}
