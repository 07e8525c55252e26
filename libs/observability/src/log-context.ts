import { AsyncLocalStorage } from 'node:async_hooks';

/** The fields of every log line that is written within a request or an activity. */
export interface LogContext {
  traceId?: string;
  [field: string]: unknown;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `work` with the fields of `context` on all its log lines, also on asynchronous ones. */
export function withLogContext<T>(context: LogContext, work: () => T): T {
  return storage.run(context, work);
}

/** The fields of the request or activity that is running, if one is. */
export function logContext(): LogContext | undefined {
  return storage.getStore();
}

/** Adds fields to all further log lines of the request or activity that is running. */
export function addToLogContext(fields: Readonly<Record<string, unknown>>): void {
  Object.assign(storage.getStore() ?? {}, fields);
}
