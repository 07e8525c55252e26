import { types } from 'node:util';

interface DescribedError {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: DescribedError;
}

/**
 * The parts of an error that may be logged: class, message, code, stack and causes. Other properties are left out, because
 * drivers put parameters, rows and requests there (`detail` of PostgreSQL, `config` of HTTP clients).
 */
export function describeError(error: unknown, depth = 0): DescribedError {
  // Errors of another realm (the workflow sandbox) are not instances of this realm's Error.
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
