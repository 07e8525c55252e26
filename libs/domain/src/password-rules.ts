/** The rules a newly set certificate password obeys (in force in the NPKI since 2014-09-22). */
export const passwordRules = {
  version: '2014-09-22',
  minimumLength: 10,
  maximumLength: 64,
  forbiddenCharacters: ["'", '"', '\\', '|'],
} as const;

export const passwordRuleCodes = [
  'TOO_SHORT',
  'TOO_LONG',
  'NEEDS_LETTER',
  'NEEDS_DIGIT',
  'NEEDS_SPECIAL',
  'FORBIDDEN_CHARACTER',
  'UNPRINTABLE_CHARACTER',
] as const;
export type PasswordRuleCode = (typeof passwordRuleCodes)[number];

/** The rules that `password` breaks; empty when it may be set. Printable ASCII only: other tools read bytes. */
export function brokenPasswordRules(password: string): PasswordRuleCode[] {
  const broken: PasswordRuleCode[] = [];
  if (password.length < passwordRules.minimumLength) broken.push('TOO_SHORT');
  if (password.length > passwordRules.maximumLength) broken.push('TOO_LONG');
  if (!/[A-Za-z]/.test(password)) broken.push('NEEDS_LETTER');
  if (!/[0-9]/.test(password)) broken.push('NEEDS_DIGIT');
  if (!/[^A-Za-z0-9]/.test(password)) broken.push('NEEDS_SPECIAL');
  if (/['"\\|]/.test(password)) broken.push('FORBIDDEN_CHARACTER');
  if (/[^\x21-\x7e]/.test(password)) broken.push('UNPRINTABLE_CHARACTER');
  return broken;
}

/** How many wrong passwords lock the certificate. */
export const passwordAttempts = 5;
