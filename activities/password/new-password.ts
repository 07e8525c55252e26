import { brokenPasswordRules, brokenPersonalRules, type PasswordRuleCode } from '#libs/domain';
import { customerById } from '#libs/db/customers';
import { earlierVerifiers, passwordCredential } from '#libs/db/identity';
import { isTooCommon } from './guessing.js';
import type { PasswordContext } from './context.js';
import { personalFacts } from './personal-facts.js';

/**
 * The rules that a new password breaks. Rules that reveal only what the applicant knows are returned together. Rules
 * that compare the password with the bank's data run after them and are returned one at a time. An applicant therefore
 * cannot test a guess at a number or an earlier password with a password that is refused anyway: a wrong guess becomes
 * the new password, and the owner is notified.
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

  const ofName = brokenPersonalRules(password, { name: customer.name, numbers: [] });
  const common = await isTooCommon(password, customer.name);
  if (common || ofName.length > 0) return [...ofName, ...(common ? ['TOO_COMMON' as const] : [])];

  const [first] = brokenPersonalRules(password, await personalFacts(context, reissueId, customer));
  if (first) return [first];
  return (await wasUsed(context, customerId, password)) ? ['RECENTLY_USED'] : [];
}

/** Whether the password is one of the last `rememberedPasswords`, including the current one. */
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
