import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line written within a request or an activity carries. */
export interface LogContext {
  traceId?: string;
  [field: string]: unknown;
}

const storage = new AsyncLocalStorage<LogContext>();

/** Runs `work` so that all it logs, also later and asynchronously, carries the fields of `context`. */
export function withLogContext<T>(context: LogContext, work: () => T): T {
  return storage.run(context, work);
}

/** The fields of the request or activity that is running, if one is. */
export function logContext(): LogContext | undefined {
  return storage.getStore();
}
