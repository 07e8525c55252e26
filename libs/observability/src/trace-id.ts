import { randomBytes } from 'node:crypto';

// W3C Trace Context section 3.2.2: version, trace-id, parent-id, flags. Version ff and ids of zeros are forbidden;
// version 00 ends after the flags, later versions may append more.
const traceparentPattern =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The span that a `traceparent` names. */
export interface SpanContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Bit 0: the caller records the trace. */
  readonly traceFlags: number;
}

/** Reads a W3C `traceparent`; undefined if it is invalid. */
export function parseTraceparent(traceparent: string | undefined): SpanContext | undefined {
  const [, version, traceId, spanId, flags, more] = traceparentPattern.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags || (version === '00' && more)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** The trace id of a W3C `traceparent` header if it is valid, otherwise a new random one: 32 hex digits. */
export function traceIdFrom(traceparent?: string): string {
  return parseTraceparent(traceparent)?.traceId ?? randomBytes(16).toString('hex');
}

/** A `traceparent` that continues `traceId` with a new span (version 00, sampled). */
export function traceparentFor(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}
