import { idempotencyKeyPattern } from '#libs/http';
import { opsProblem } from '../problems.js';

/** The header Idempotency-Key. @throws ProblemError `idempotency-key-required` if it is missing or malformed */
export function requireIdempotencyKey(key: string | undefined): string {
  if (key === undefined || !idempotencyKeyPattern.test(key)) throw opsProblem('idempotency-key-required');
  return key;
}
