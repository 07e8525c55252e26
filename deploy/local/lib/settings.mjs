import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal } from './errors.mjs';

/** @import { Environment, PortName, Settings, WantedPort } from '../types.js' */

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/**
 * Default ports. `key` is the variable that changes a port, `part` the name of its owner in messages.
 * @type {Record<PortName, WantedPort>}
 */
const portSpecs = {
  gateway: { key: 'RESEAL_GATEWAY_PORT', port: 3000, part: 'the gateway' },
  ops: { key: 'RESEAL_OPS_PORT', port: 3001, part: "the operators' app" },
  status: { key: 'RESEAL_STATUS_PORT', port: 3002, part: 'the status app' },
  sandbox: { key: 'RESEAL_SANDBOX_PORT', port: 3003, part: 'the sandbox' },
  workerMetrics: { key: 'RESEAL_WORKER_METRICS_PORT', port: 3004, part: 'the worker' },
  signerMetrics: { key: 'RESEAL_SIGNER_METRICS_PORT', port: 3005, part: 'the signer' },
  gatewayMetrics: { key: 'RESEAL_GATEWAY_METRICS_PORT', port: 3010, part: 'the metrics of the gateway' },
  opsMetrics: { key: 'RESEAL_OPS_METRICS_PORT', port: 3011, part: "the metrics of the operators' app" },
  statusMetrics: { key: 'RESEAL_STATUS_METRICS_PORT', port: 3012, part: 'the metrics of the status app' },
  sandboxMetrics: { key: 'RESEAL_SANDBOX_METRICS_PORT', port: 3013, part: 'the metrics of the sandbox' },
  sandboxTls: { key: 'RESEAL_SANDBOX_TLS_PORT', port: 3006, part: "the sandbox's providers by TLS" },
  example: { key: 'RESEAL_EXAMPLE_PORT', port: 3007, part: 'the example of a front end' },
  loadBalancer: {
    key: 'RESEAL_LOAD_BALANCER_PORT',
    port: 3008,
    part: 'the page of the load balancer of a cluster',
  },
  smtp: { key: 'RESEAL_SANDBOX_SMTP_PORT', port: 3025, part: "the sandbox's mail server" },
  temporal: { key: 'RESEAL_TEMPORAL_PORT', port: 7233, part: 'Temporal' },
  temporalUi: { key: 'RESEAL_TEMPORAL_UI_PORT', port: 8233, part: 'the Temporal UI' },
  kafka: { key: 'RESEAL_KAFKA_PORT', port: 9092, part: 'Kafka' },
  postgres: { key: 'RESEAL_POSTGRES_PORT', port: 54320, part: 'PostgreSQL' },
};

/**
 * Servers that may run elsewhere.
 * @type {PortName[]}
 */
const externalParts = ['temporal', 'temporalUi', 'kafka', 'postgres'];

/** Temporal's services share one process. Each has a gRPC and a gossip port, relative to the frontend's gRPC port. */
const temporalServices = { frontend: 0, history: 1, matching: 2, worker: 6 };
/** @param {number} frontend */
export const temporalPorts = (frontend) =>
  Object.fromEntries(
    Object.entries(temporalServices).map(([name, offset]) => [
      name,
      { grpc: frontend + offset, membership: frontend - 300 + offset },
    ]),
  );

/** @param {number} broker */
export const kafkaControllerPort = (broker) => broker + 1;

/**
 * @param {Environment} env
 * @param {WantedPort} spec
 */
function port(env, { key, port: fallback }) {
  const value = Number(env[key] ?? fallback);
  if (!Number.isInteger(value) || value < 1024 || value > 65_535)
    throw new Refusal(`${key} must be a port from 1024 to 65535, not "${env[key]}".`);
  return value;
}

/**
 * Reads the settings of the launcher from the environment.
 * @param {Environment} env
 * @returns {Settings}
 * @throws {Refusal} with the name of the wrong key
 */
export function readSettings(env = process.env) {
  /**
   * @param {string} key
   * @param {string} fallback
   */
  const folder = (key, fallback) => path.resolve(root, env[key] || fallback);
  const cluster = process.argv.includes('--cluster');
  const state = folder('RESEAL_STATE', cluster ? '.reseal-cluster' : '.reseal');
  const environment = env.RESEAL_ENV || 'development';
  if (!['development', 'test'].includes(environment))
    throw new Refusal(`The local launcher runs in development or test, not RESEAL_ENV=${environment}.`);
  const external = {
    postgres: env.RESEAL_POSTGRES_URL || undefined,
    temporal: env.RESEAL_TEMPORAL_ADDRESS || undefined,
    kafka: env.RESEAL_KAFKA_BROKERS || undefined,
  };
  if (cluster && Object.values(external).some(Boolean))
    throw new Refusal(
      'A cluster runs its own servers: unset RESEAL_POSTGRES_URL, RESEAL_TEMPORAL_ADDRESS and RESEAL_KAFKA_BROKERS.',
    );
  return Object.freeze({
    root,
    environment,
    ...foldersIn(state),
    cache: folder('RESEAL_CACHE', '.reseal-cache'),
    host: '127.0.0.1',
    ports: /** @type {Settings['ports']} */ (
      Object.fromEntries(Object.entries(portSpecs).map(([name, spec]) => [name, port(env, spec)]))
    ),
    namespace: env.RESEAL_TEMPORAL_NAMESPACE || 'reseal',
    mavenRepository: (env.RESEAL_MAVEN_REPOSITORY || 'https://repo1.maven.org/maven2').replace(/\/$/, ''),
    external,
    logToConsole: env.RESEAL_LOG === 'console' || process.argv.includes('--logs'),
    infrastructureOnly: process.argv.includes('--infrastructure'),
    cluster,
    tls: cluster || process.argv.includes('--tls'),
    countStatements: false,
  });
}

/**
 * The settings of a cluster with the ports of a stack that has ended, and its state in the folder of that stack.
 * @param {Settings} settings
 * @returns {Settings}
 */
export const clusterSettings = (settings) => ({
  ...settings,
  ...foldersIn(path.join(settings.state, 'cluster')),
  run: settings.run,
  cluster: true,
  tls: true,
});

/**
 * The settings of engines without apps in a network of their own, which have the default ports: no other program is in it.
 * @param {string} host the address by which containers reach them
 */
export function engineSettings(host) {
  const { RESEAL_STATE, RESEAL_CACHE, RESEAL_ENV } = process.env;
  return { ...readSettings({ RESEAL_STATE, RESEAL_CACHE, RESEAL_ENV }), host, infrastructureOnly: true };
}

/** @param {string} state */
const foldersIn = (state) => ({
  state,
  logs: path.join(state, 'logs'),
  run: path.join(state, 'run'),
  secrets: path.join(state, 'secrets'),
});

/**
 * The ports that a stack will listen on.
 * @param {Settings} settings
 * @returns {WantedPort[]}
 */
export function portsToListenOn({ ports, external, infrastructureOnly, cluster, tls }) {
  /** @param {PortName} name */
  const own = (name) => ({ ...portSpecs[name], port: ports[name] });
  const wanted = infrastructureOnly
    ? []
    : /** @type {PortName[]} */ (Object.keys(portSpecs))
        .filter((name) => !externalParts.includes(name) && name !== 'example')
        .filter((name) => (tls || name !== 'sandboxTls') && (cluster || name !== 'loadBalancer'))
        .map(own);
  if (!external.postgres) wanted.push(own('postgres'));
  if (!external.temporal) {
    wanted.push(own('temporalUi'));
    for (const { grpc, membership } of Object.values(temporalPorts(ports.temporal)))
      for (const port of [grpc, membership]) wanted.push({ ...own('temporal'), port });
  }
  if (!external.kafka) wanted.push(own('kafka'), { ...own('kafka'), port: kafkaControllerPort(ports.kafka) });
  return wanted;
}

/**
 * Environment variables that add a distance to all default ports, for a second stack on the same machine.
 * @param {number} distance
 * @returns {Record<string, string>}
 */
export const shiftedPorts = (distance) =>
  Object.fromEntries(Object.values(portSpecs).map(({ key, port: base }) => [key, String(base + distance)]));
