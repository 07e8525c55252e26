import { z } from 'zod';

/** An account number in the form in which the sandbox compares it: digits only. */
function normaliseAccount(account: string): string {
  return account.replace(/[\s-]/g, '');
}

export const accountNumber = z
  .string()
  .max(32)
  .transform(normaliseAccount)
  .pipe(z.string().regex(/^\d{8,16}$/, 'must be an account number'));

/** The three-digit code of a Korean bank. */
export const bankCode = z.string().regex(/^\d{3}$/, 'must be a three-digit bank code');
