import { isGrpcServiceError } from '@temporalio/client';

/** Status codes of gRPC, as far as they bear on what to do. */
export const grpcStatus = {
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
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

/** The gRPC status with which Temporal refused, wherever in the chain of causes it stands. */
export function grpcStatusOf(error: unknown): number | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause.code;
  }
  return undefined;
}

/** Errors of sockets (Node) and of name resolution. */
const socketErrors = /^(ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_)/;

/**
 * SQLSTATE classes of a server that cannot answer now: connection exceptions (08), rolled back for others (40),
 * resources (53), an operator's intervention or a timeout (57), the system itself (58), read-only (25006), and our own
 * for a database that was restored and is not reconciled yet (RS001).
 */
const sqlStates = /^(08|40|53|57|58)...$|^25006$|^RS001$/;

/** What pg and its pool throw without a code. */
const poolMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered)/i;

/** Temporal says so of a namespace that exists, too, while it cannot read its own database. */
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
