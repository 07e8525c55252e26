import { brokenPasswordRules, brokenPersonalRules, type PasswordRuleCode } from '#libs/domain';
import { customerById } from '#libs/db/customers';
import { earlierVerifiers, passwordCredential } from '#libs/db/identity';
import { isTooCommon } from './guessing.js';
import type { PasswordContext } from './context.js';
import { personalFacts } from './personal-facts.js';

/**
 * The rules that a new password breaks. All of those that say nothing but what the applicant knows are told together;
 * what the bank knows of the person is compared after them and told one thing at a time. So nobody can have a guess at a
 * number or an earlier password answered by spoiling the password in some other way: a wrong guess becomes the password,
 * and the owner is told.
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
