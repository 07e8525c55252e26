import { setTimeout as delay } from 'node:timers/promises';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { watchCredentials } from '#libs/credentials';
import { registerSqlMetrics } from '#libs/db';
import {
  createLogger,
  createMetrics,
  Metrics,
  startTracing,
  stopTracing,
  type Logger,
} from '#libs/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BrokenRequests } from './broken-request.js';
import { HealthController, HealthRegistry } from './health.js';
import { listenForMetrics } from './metrics-listener.js';
import { NestLogger } from './nest-logger.js';
import type { ProblemError } from './problem-error.js';
import { ProblemFilter, sendProblem } from './problem-filter.js';
import { addRequestHooks, assignTraceId } from './request-hooks.js';
import { closeConnectionsWhileDraining, refuseWhileGateIsClosed } from './gates.js';
import { acceptJsonBodies } from './request-bodies.js';
import { applyBodyLimits } from './route-config.js';
import { toOriginForm } from './request-target.js';
import { RouteTable } from './route-table.js';
import { closeSilentConnections } from './silent-connections.js';
import { checkIntervalMs, defaultPace, endSlowBodies, type RequestPace } from './slow-bodies.js';
import { ValidationPipe } from './validation-pipe.js';

export interface ApplicationOptions {
  /** Name of the application in logs and metrics. */
  name: string;
  module: Type | DynamicModule;
  config: { logLevel: string } & Partial<RequestPace>;
  /** The application's logger; by default a new one. */
  logger?: Logger;
  /** Called before the application listens, e.g. to accept further content types. */
  configure?: (app: NestFastifyApplication) => unknown;
  /** Largest body of a route whose config has no limit, in bytes. */
  bodyLimit?: number;
  /** The proxies that may state the client's address: how many there are, or their addresses and networks. */
  trustProxy?: false | number | string[];
  /** Whether to send Strict-Transport-Security: in production, but not on a developer's machine. */
  tlsOnly?: boolean;
  /** Prefix of a problem's slug in its `type`. */
  problemTypeBase?: string;
  /** Path of a page that describes each problem at the anchor of its slug. Responses link to it. */
  problemPage?: string;
  /** The problem for an error of a handler, guard or hook; undefined for a bug or an error of HTTP itself. */
  problemOf?: (error: unknown) => ProblemError | undefined;
}

interface ProcessOptions extends ApplicationOptions {
  config: ApplicationOptions['config'] & {
    /** Address of the application. Without a port the process only has its metrics listener. */
    host?: string;
    port?: number;
    metricsHost: string;
    metricsPort: number;
    /** How long the application answers calls after the signal to end, in milliseconds. */
    drainMs?: number;
  };
}

const defaultBodyLimit = 256 * 1024;
const shutdownGraceMs = 15_000;
/** Time limit for receiving the headers of a request. */
const headersTimeoutMs = 10_000;

class RootModule {}

/**
 * Trusts `count` proxies, counted from the connection. Fastify has no such option, because a client that bypasses the
 * proxies could then forge its address: the network has to prevent direct connections.
 */
const trustFirstHops = (count: number) => (_address: string, hop: number) => hop < count;

/** Creates the application without listening. Tests call it by `app.inject`. */
export async function createApplication(options: ApplicationOptions): Promise<NestFastifyApplication> {
  const { name, module, config, bodyLimit = defaultBodyLimit, trustProxy = false } = options;
  const logger = options.logger ?? createLogger({ name, level: config.logLevel });
  const metrics = createMetrics(name);
  registerSqlMetrics(metrics.registry);
  watchCredentials(logger, metrics.registry);
  const routes = new RouteTable();
  const health = new HealthRegistry();
  const problems = {
    logger,
    routes,
    metrics,
    typeBase: options.problemTypeBase,
    problemPage: options.problemPage,
    problemOf: options.problemOf,
  };
  const pace = { ...defaultPace, ...config };
  const brokenRequests = new BrokenRequests();

  const adapter = new FastifyAdapter({
    bodyLimit,
    trustProxy: typeof trustProxy === 'number' ? trustFirstHops(trustProxy) : trustProxy,
    return503OnClosing: false,
    requestTimeout: pace.requestTimeoutMs,
    http: {
      headersTimeout: Math.min(headersTimeoutMs, pace.requestTimeoutMs),
      connectionsCheckingInterval: checkIntervalMs(pace),
    },
    rewriteUrl: ({ url = '/' }) => toOriginForm(url),
    // Fastify refuses a target that cannot be parsed before any hook or filter runs.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      assignTraceId(request);
      sendProblem(error, request, reply, problems);
    },
    clientErrorHandler: brokenRequests.end,
  });
  const fastify = adapter.getInstance();
  addRequestHooks(fastify, { logger, metrics, tlsOnly: options.tlsOnly ?? false });
  refuseWhileGateIsClosed(fastify, health, problems);
  closeConnectionsWhileDraining(fastify, health);
  acceptJsonBodies(fastify);
  applyBodyLimits(fastify);
  routes.watch(fastify);
  brokenRequests.watch(fastify);
  endSlowBodies(fastify, pace, brokenRequests.end);
  closeSilentConnections(fastify);

  const root: DynamicModule = {
    module: RootModule,
    global: true,
    imports: [module],
    controllers: [HealthController],
    providers: [
      { provide: HealthRegistry, useValue: health },
      { provide: Metrics, useValue: metrics },
    ],
    exports: [HealthRegistry, Metrics],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(problems));
  app.useGlobalPipes(new ValidationPipe());
  await options.configure?.(app);
  return app;
}

/**
 * Starts an application and handles its end. After SIGTERM or SIGINT it is not ready. It answers calls until `drainMs` are
 * over, so that load balancers can notice that; then it runs Nest's shutdown hooks and exits with 0. An uncaught error exits
 * with 1, and so does closing if it takes longer than 15 s.
 */
export async function bootstrap(options: ProcessOptions): Promise<NestFastifyApplication> {
  const { name, config } = options;
  const logger = options.logger ?? createLogger({ name, level: config.logLevel });
  const fail = (message: string) => (err: unknown) => {
    logger.fatal({ err }, message);
    process.exit(1);
  };
  process.on('uncaughtException', fail('uncaught exception'));
  process.on('unhandledRejection', fail('unhandled rejection'));
  try {
    await startTracing(name, logger);
    const app = await createApplication({ ...options, logger });
    const { drainMs = 0 } = config;
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void shutDown(app, { logger, drainMs, signal }));
    if (config.port === undefined) await app.init();
    else {
      await app.listen(config.port, config.host ?? '127.0.0.1');
      logger.info({ url: await app.getUrl() }, 'listening');
    }
    const metrics = await listenForMetrics(app, config);
    logger.info({ url: metrics.listeningOrigin }, 'listening for metrics');
    return app;
  } catch (error) {
    return fail('cannot start')(error);
  }
}

async function shutDown(
  app: NestFastifyApplication,
  { logger, drainMs, signal }: { logger: Logger; drainMs: number; signal: string },
): Promise<void> {
  logger.info({ signal, drainMs }, 'shutting down');
  app.get(HealthRegistry).drain();
  await delay(drainMs);
  setTimeout(() => {
    logger.fatal('shutdown took too long');
    process.exit(1);
  }, shutdownGraceMs).unref();
  try {
    await app.close();
    await stopTracing();
    process.exit(0);
  } catch (err) {
    logger.fatal({ err }, 'shutdown failed');
    process.exit(1);
  }
}
