import v8 from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/**
 * The SDK records a stack trace of each promise that workflow code makes, and maps it by source maps: half of the
 * processor time of a workflow thread. Only the query `__stack_trace` uses them. The SDK has no option against it, but
 * records none where Node has no promise hooks. Errors keep their stack traces.
 *
 * The worker loads this module by `node --import`, which also runs it in each thread, before the SDK.
 */
if (!isMainThread) Object.assign(v8.promiseHooks, { createHook: undefined });
