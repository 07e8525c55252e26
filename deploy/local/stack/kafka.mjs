import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { classPath } from '../artifacts/maven.mjs';
import { java } from '../artifacts/toolchains.mjs';
import { runToLog } from '../lib/commands.mjs';
import { Refusal } from '../lib/errors.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { kafkaJars } from '../lib/jar-sets.mjs';
import { hostsOf, nameOn } from '../lib/hosts.mjs';
import { kafkaControllerPort } from '../lib/settings.mjs';

/** @import { Host, ProcessSpec, Secrets, Settings, StackContext, TlsFiles } from '../types.js' */

const logConfig = fileURLToPath(new URL('../kafka/log4j2.properties', import.meta.url));

/** The user of the apps. */
export const kafkaUser = 'reseal';
const adminUser = 'admin';

/**
 * The brokers, separated by commas.
 * @param {StackContext} context
 */
export const kafkaBrokers = ({ settings }) =>
  settings.external.kafka ??
  hostsOf(settings)
    .map((host) => brokerOn(settings, host))
    .join();

/**
 * Formats the storage on the first boot.
 * @param {StackContext} context
 * @param {Host} host
 * @returns {Promise<ProcessSpec>} the process that is broker and controller
 */
export async function prepareKafka({ settings, secrets, tls }, host) {
  const folder = path.join(host.folder, 'kafka');
  const data = path.join(folder, 'data');
  const properties = path.join(folder, 'server.properties');
  const userMarker = path.join(data, 'reseal-user');
  const configuration = {
    ...serverProperties(settings, host, data),
    ...(tls && tlsProperties(settings, host, secrets, tls, folder)),
  };
  writeFileAtomically(properties, written(configuration), { mode: 0o600 });
  const command = java();
  const common = ['-cp', classPath(settings, kafkaJars.lockFile), `-Dlog4j2.configurationFile=${logConfig}`];
  const env = { PATH: process.env.PATH, TZ: 'UTC' };
  if (!fs.existsSync(path.join(data, 'meta.properties'))) {
    fs.rmSync(data, { recursive: true, force: true }); // from a format that was interrupted
    const user = `SCRAM-SHA-512=[name=${kafkaUser},password=${read(secrets.files.kafkaPassword)}]`;
    const format = [
      'kafka.tools.StorageTool',
      'format',
      '-t',
      idOf('cluster', secrets),
      '-c',
      properties,
    ].concat(['--initial-controllers', controllersOf(settings, secrets), '--add-scram', user]);
    const log = path.join(settings.logs, `${nameOn('kafka', host)}.log`);
    await runToLog(command, [...common, '-XX:TieredStopAtLevel=1', ...format], {
      log,
      what: "Formatting Kafka's storage",
      env,
      cwd: folder,
    });
    writeFileAtomically(userMarker, '');
  }
  if (tls && !fs.existsSync(userMarker))
    throw new Refusal(`The storage of Kafka has no user for TLS: delete ${folder}, or start without --tls.`);
  const classes = sharedClasses(settings);
  const memory = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return {
    command,
    args: [...common, ...classes, ...memory, 'kafka.Kafka', properties],
    env,
    cwd: folder,
    graceMs: 20_000,
  };
}

/**
 * Java's arguments for an archive of loaded classes. Kafka spends half of its start on loading classes. The first broker
 * writes the archive when it ends; later ones use it. Java ignores an archive that does not fit.
 * @param {Settings} settings
 */
function sharedClasses({ cache, environment, cluster }) {
  const jars = fs.readFileSync(kafkaJars.lockFile);
  const file = path.join(
    cache,
    `kafka-${crypto.createHash('sha256').update(jars).digest('hex').slice(0, 16)}.jsa`,
  );
  if (fs.existsSync(file)) return [`-XX:SharedArchiveFile=${file}`];
  return environment === 'test' || cluster ? [] : [`-XX:ArchiveClassesAtExit=${file}`];
}

/**
 * An id in Kafka's form, which all brokers derive alike from a secret of the stack.
 * @param {string} subject
 * @param {Secrets} secrets
 */
const idOf = (subject, { files }) =>
  crypto
    .createHmac('sha256', read(files.kafkaAdminPassword))
    .update(subject)
    .digest()
    .subarray(0, 16)
    .toString('base64url')
    .replace(/^-/, '_');

/**
 * The host and port of a broker.
 * @param {Settings} settings
 * @param {Host} host
 */
const brokerOn = ({ ports }, { address }) => `${address}:${ports.kafka}`;

/**
 * The host and port of a controller.
 * @param {Settings} settings
 * @param {Host} host
 */
const controllerOn = ({ ports }, { address }) => `${address}:${kafkaControllerPort(ports.kafka)}`;

/**
 * Kafka's id of the broker and controller on a host.
 * @param {Settings} settings
 * @param {Host} host
 */
const nodeIdOf = (settings, { name }) => 1 + hostsOf(settings).findIndex((host) => host.name === name);

/**
 * The controllers that vote on the metadata, as the format command takes them.
 * @param {Settings} settings
 * @param {Secrets} secrets
 */
const controllersOf = (settings, secrets) =>
  hostsOf(settings)
    .map((host) => {
      const id = nodeIdOf(settings, host);
      return `${id}@${controllerOn(settings, host)}:${idOf(`directory ${id}`, secrets)}`;
    })
    .join();

/**
 * @param {Settings} settings
 * @param {Host} host
 * @param {string} data
 */
function serverProperties(settings, host, data) {
  const hosts = hostsOf(settings);
  const replicas = hosts.length;
  const majority = Math.ceil(replicas / 2);
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': nodeIdOf(settings, host),
    listeners: `PLAINTEXT://${brokerOn(settings, host)},CONTROLLER://${controllerOn(settings, host)}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': hosts.map((each) => controllerOn(settings, each)).join(),
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': majority,
    // Internal topics have few partitions, so that they load quickly.
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': majority,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': majority,
    'group.initial.rebalance.delay.ms': 0,
    'controlled.shutdown.max.retries': 1,
    ...(settings.cluster
      ? // Another controller leads when the leading one is silent for this long. The default of 2 s is short for a busy machine.
        { 'controller.quorum.fetch.timeout.ms': 5000 }
      : // A killed broker can register again only after its session has ended. The default is 9 s.
        { 'broker.session.timeout.ms': 3000, 'broker.heartbeat.interval.ms': 500 }),
  };
  return properties;
}

/**
 * Clients need a certificate and a user. Apps authenticate by SCRAM, the launcher and the broker itself by PLAIN.
 * @param {Settings} settings
 * @param {Host} host
 * @param {Secrets} secrets
 * @param {TlsFiles} tls
 * @param {string} folder
 */
function tlsProperties(settings, host, { files }, tls, folder) {
  const { certificate, key } = tls.servers.kafka;
  const keyStore = path.join(folder, 'server.pem');
  writeFileAtomically(keyStore, read(key) + read(certificate), { mode: 0o600 });
  const password = read(files.kafkaAdminPassword);
  const admin = `username="${adminUser}" password="${password}" user_${adminUser}="${password}"`;
  const listener = 'listener.name.sasl_ssl';
  return {
    listeners: `SASL_SSL://${brokerOn(settings, host)},CONTROLLER://${controllerOn(settings, host)}`,
    'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,CONTROLLER:SSL',
    'inter.broker.listener.name': 'SASL_SSL',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
    [`${listener}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required ${admin};`,
    [`${listener}.scram-sha-512.sasl.jaas.config`]:
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    [`${listener}.ssl.client.auth`]: 'required',
    'listener.name.controller.ssl.client.auth': 'required',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keyStore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': tls.ca,
  };
}

/** @param {string} file */
const read = (file) => fs.readFileSync(file, 'utf8');

/** @param {Record<string, unknown>} properties */
const written = (properties) =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/**
 * Resolves when the broker of a host answers and is in the metadata of the brokers, and consumer groups have a coordinator. The
 * first request for one creates the topic of their offsets.
 * @param {StackContext} context
 * @param {Host} host
 */
export async function kafkaAnswers(context, host) {
  const { settings } = context;
  const { Kafka, logLevel } = kafkajs;
  const kafka = new Kafka({
    clientId: 'reseal-launcher',
    brokers: [brokerOn(settings, host)],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
    ...adminCredentials(context),
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (!brokers.some(({ nodeId }) => nodeId === nodeIdOf(settings, host)))
      throw new Error('the broker is not in the metadata');
    await admin.describeGroups(['reseal-readiness']);
  } finally {
    await admin.disconnect();
  }
}

/**
 * The launcher's credentials, as kafkajs takes them.
 * @param {StackContext} context
 */
function adminCredentials({ secrets, tls }) {
  if (!tls) return {};
  const { certificate, key } = tls.clients.launcher;
  return {
    ssl: { ca: read(tls.ca), cert: read(certificate), key: read(key) },
    sasl: {
      mechanism: /** @type {const} */ ('plain'),
      username: adminUser,
      password: read(secrets.files.kafkaAdminPassword),
    },
  };
}
