import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { logContext } from './log-context.js';
import { parseTraceparent, traceparentFor } from './trace-id.js';

/** Facts of a span. They hold no personal data and no secrets: routes and names, never paths, values or messages. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  readonly kind?: 'internal' | 'server' | 'client' | 'producer';
  /** The `traceparent` that the span continues. Without it the span is a child of the active one. */
  readonly parent?: string | undefined;
  readonly attributes?: SpanAttributes;
}

/** A span that was started, and that its owner ends. */
export interface OpenSpan {
  /** For other processes, in the form of W3C Trace Context. */
  readonly traceparent: string;
  /** Runs `work` with this span as the active one, also asynchronously. */
  run<T>(work: () => T): T;
  /** @param attributes with `error.type` if it failed */
  end(attributes?: SpanAttributes): void;
}

/** What exports spans. */
export interface Tracing {
  start(name: string, options: SpanOptions): OpenSpan;
  active(): OpenSpan | undefined;
  /** Exports what waits. Never rejects. */
  stop(): Promise<void>;
}

/** A receiver that does not answer must not delay the end of a process. */
const longestStopMs = 2_000;

/** Undefined while spans are not exported: then nothing below does anything. */
let tracing: Tracing | undefined;

/** OpenTelemetry's variables that turn tracing on. */
const endpointVariables = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const;

const isOn = (env: NodeJS.ProcessEnv) =>
  endpointVariables.some((name) => env[name]) &&
  env['OTEL_SDK_DISABLED'] !== 'true' &&
  env['OTEL_TRACES_EXPORTER'] !== 'none';

/** OpenTelemetry would send to localhost instead. The message leaves out the value, which may hold credentials. */
function refuseOtherEndpoints(env: NodeJS.ProcessEnv): void {
  for (const name of endpointVariables)
    if (env[name] && !/^https?:$/.test(URL.parse(env[name])?.protocol ?? ''))
      throw new RangeError(`${name} must be an http: or https: URL`);
}

/**
 * Exports the spans of this process by OTLP, if OpenTelemetry's variables name an endpoint. Otherwise its packages are not
 * loaded.
 *
 * @throws RangeError if a variable has a value that is not supported
 */
export async function startTracing(
  app: string,
  logger: Logger,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (!isOn(env)) return;
  refuseOtherEndpoints(env);
  const { exportSpans } = await import('./export-spans.js');
  tracing = exportSpans(app, logger, env);
}

/** Ends tracing. Exports the spans that wait, unless that takes long or fails. */
export async function stopTracing(): Promise<void> {
  const stopped = tracing?.stop();
  tracing = undefined;
  if (stopped) await Promise.race([stopped, delay(longestStopMs, undefined, { ref: false })]);
}

/** Starts a span that its owner ends; undefined while tracing is off. */
export function startSpan(name: string, options: SpanOptions = {}): OpenSpan | undefined {
  return tracing?.start(name, options);
}

/** The attributes of a span that an error ended. The error's message may quote what another system sent, and is left out. */
export const failureOf = (error: unknown): SpanAttributes => ({
  'error.type': error instanceof Error ? error.name : typeof error,
});

/** Runs `work` in a span that ends with it. */
export async function inSpan<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const span = tracing?.start(name, options);
  if (!span) return work();
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
}

/**
 * Runs `work` in a span if it is part of another one. What processes do by themselves, as polling, is not traced.
 *
 * @param describe called only if there is a span
 */
export function inChildSpan<T>(
  describe: () => { readonly name: string; readonly options: SpanOptions },
  work: () => Promise<T>,
): Promise<T> {
  if (!tracing?.active()) return work();
  const { name, options } = describe();
  return inSpan(name, options, work);
}

/** A `traceparent` as members of a message or headers of a request; nothing without an active span. */
export function activeTrace(): { readonly traceparent?: string } {
  const active = tracing?.active();
  return active ? { traceparent: active.traceparent } : {};
}

/**
 * The trace of the running request as a member of a message, so that the log lines of its activities have the same trace
 * id. While tracing is off, it is the trace id of the request's log lines.
 */
export function messageTrace(): { readonly traceparent?: string } {
  const traceId = logContext()?.traceId;
  if (tracing?.active() || traceId === undefined) return activeTrace();
  return { traceparent: traceparentFor(traceId) };
}

/** The `traceparent` in an activity's arguments: a message, or an object that has one. */
export function traceparentIn(args: readonly unknown[]): string | undefined {
  for (const arg of args) {
    const { traceparent, message } = (arg ?? {}) as {
      traceparent?: unknown;
      message?: { traceparent?: unknown };
    };
    const found = traceparent ?? message?.traceparent;
    if (typeof found === 'string' && parseTraceparent(found)) return found;
  }
  return undefined;
}
