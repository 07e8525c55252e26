import { AsyncLocalStorage } from 'node:async_hooks';
import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { parseTraceparent } from './trace-id.js';
import type { OpenSpan, SpanAttributes, SpanOptions, Tracing } from './tracing.js';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
} as const;

/**
 * Exports spans by OTLP over HTTP. OpenTelemetry's variables set endpoint, headers, certificates, timeouts, resource, sampler
 * and the delay between exports. The module is loaded only if tracing is on.
 */
export function exportSpans(app: string, logger: Logger, env: NodeJS.ProcessEnv): Tracing {
  refuseOtherProtocols(env);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': `reseal-${app}` }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(env),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: loggingFailures(createExporter(), logger),
        scheduledDelayMillis: numberOf(env, 'OTEL_BSP_SCHEDULE_DELAY', 5_000),
      }),
    ],
  });
  const tracer = provider.getTracer('reseal');
  const current = new AsyncLocalStorage<OpenSpan & { readonly span: Span }>();

  const open = (span: Span): OpenSpan & { readonly span: Span } => {
    const { traceId, spanId, traceFlags } = span.spanContext();
    const opened = {
      span,
      traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
      run: <T>(work: () => T): T => current.run(opened, work),
      end: (attributes: SpanAttributes = {}) => {
        span.setAttributes(attributes);
        if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
    return opened;
  };

  return {
    start(name, { kind = 'internal', parent, attributes = {} }: SpanOptions) {
      const context = contextOf(parent, current.getStore()?.span);
      return open(tracer.startSpan(name, { kind: kinds[kind], attributes: { ...attributes } }, context));
    },
    active: () => current.getStore(),
    // A failed export was logged.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

/** The context of a new span: the span of another process that `traceparent` names, or else the active one. */
function contextOf(traceparent: string | undefined, active: Span | undefined): Context {
  const remote = parseTraceparent(traceparent);
  if (remote) {
    const traceFlags = remote.traceFlags & TraceFlags.SAMPLED;
    return trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceFlags, isRemote: true });
  }
  return active ? trace.setSpan(ROOT_CONTEXT, active) : ROOT_CONTEXT;
}

/**
 * The exporter, with the settings of OpenTelemetry's variables. It only warns of a wrong one and then uses a default, which
 * may be another receiver or another certificate.
 *
 * @throws RangeError for a variable with a wrong value
 */
function createExporter(): SpanExporter {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  diag.setLogger(
    { error: warn, warn, info: warn, debug: warn, verbose: warn },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  try {
    const exporter = new OTLPTraceExporter();
    if (warnings.length > 0) throw new RangeError(`OpenTelemetry: ${warnings.join('; ')}`);
    return exporter;
  } finally {
    diag.disable();
  }
}

/** Spans that could not be exported are lost, which is logged. */
function loggingFailures(exporter: SpanExporter, logger: Logger): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error)
          logger.warn({ reason: result.error.message, spans: spans.length }, 'spans could not be exported');
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

/** OTLP over HTTP with JSON is what receivers understand at the same address as OTLP over HTTP with Protocol Buffers. */
function refuseOtherProtocols(env: NodeJS.ProcessEnv): void {
  const name = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']
    ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
    : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = env[name] ?? '';
  if (!['', 'http/json', 'http/protobuf'].includes(protocol))
    throw new RangeError(
      `${name} is ${protocol}; set it to http/json, and the endpoint to an OTLP/HTTP receiver`,
    );
}

function samplerOf(env: NodeJS.ProcessEnv): Sampler {
  const name = env['OTEL_TRACES_SAMPLER'] ?? 'parentbased_always_on';
  const ratio = () => new TraceIdRatioBasedSampler(numberOf(env, 'OTEL_TRACES_SAMPLER_ARG', 1));
  const samplers: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: ratio,
  };
  const sampler = samplers[name.replace(/^parentbased_/, '')];
  if (!sampler)
    throw new RangeError(
      `OTEL_TRACES_SAMPLER is ${name}; it must be always_on, always_off or traceidratio, or one of them after parentbased_`,
    );
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root: sampler() }) : sampler();
}

function numberOf(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const value = Number(env[name] ?? fallback);
  if (!(value >= 0)) throw new RangeError(`${name} must be a number from 0`);
  return value;
}
