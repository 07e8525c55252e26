import { problem } from '../problems.js';

/** The value of the header Idempotency-Key. @throws ProblemError `idempotency-key-required` unless it is a proper one */
export function requireIdempotencyKey(key: string | undefined): string {
  if (key === undefined || !/^[\x21-\x7e]{16,128}$/.test(key)) throw problem('idempotency-key-required');
  return key;
}
