import { types } from 'node:util';

interface DescribedError {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: DescribedError;
}

/**
 * What may be logged of an error: class, message, code, stack and its causes. Other properties stay away from
 * the log, because drivers put parameters, rows and requests there (`detail` of PostgreSQL, `config` of HTTP clients).
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  // Errors of another realm (the workflow sandbox) are no instances of ours.
  if (!types.isNativeError(error)) return { type: typeof error, message: 'not an Error' };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(error.stack ? { stack: error.stack } : {}),
    ...(types.isNativeError(error.cause) && depth < 5
      ? { cause: describeError(error.cause, depth + 1) }
      : {}),
  };
}
