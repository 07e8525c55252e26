import { isGrpcServiceError } from '@temporalio/client';

/** The gRPC status codes that are distinguished here. */
export const grpcStatus = {
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const passing: readonly number[] = [
  grpcStatus.cancelled,
  grpcStatus.unknown,
  grpcStatus.deadlineExceeded,
  grpcStatus.resourceExhausted,
  grpcStatus.failedPrecondition,
  grpcStatus.aborted,
  grpcStatus.unavailable,
];

/** The gRPC status of Temporal's refusal, found anywhere in the chain of causes. */
export function grpcStatusOf(error: unknown): number | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause.code;
  }
  return undefined;
}

/** Node's error codes of sockets and of name resolution. */
const socketErrors = /^(ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_)/;

/**
 * SQLSTATE classes of a server that cannot answer now: connection exception (08), invalid authorization while a password is
 * replaced (28), transaction rollback (40), insufficient resources (53), operator intervention (57), system error (58),
 * read-only (25006), and our own code for a restored database that is not reconciled yet (RS001).
 */
const sqlStates = /^(08|28|40|53|57|58)...$|^25006$|^RS001$/;

/** Messages of errors that pg and its pool throw without a code. */
const poolMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered)/i;

/** Temporal also gives this answer for an existing namespace while it cannot read its own database. */
const namespaceMissing = /^Namespace \S+ is not found/;

/** Whether PostgreSQL or Temporal could not be reached or could not answer, so that the same call may succeed later. */
export function isDependencyDown(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (namespaceMissing.test(cause.message)) return true;
  const status = grpcStatusOf(error);
  if (status !== undefined) return passing.includes(status);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string' && (socketErrors.test(code) || sqlStates.test(code))) return true;
    if (poolMessages.test(cause.message)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isDependencyDown)) return true;
  }
  return false;
}
