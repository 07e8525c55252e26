import path from 'node:path';
import { goBinaries } from '../artifacts/go-binaries.mjs';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { temporal } from '../lib/go-sets.mjs';
import { temporalPorts } from '../lib/settings.mjs';
import { hasTable } from './databases.mjs';
import { databaseUrl } from './postgres.mjs';

/** @import { Host, ProcessSpec, Settings, StackContext, TlsClient, TlsFiles } from '../types.js' */

const temporalRole = 'reseal_temporal';
const sqlPlugin = 'postgres12';
/** @type {Record<string, {schema: string, connections: number}>} */
const stores = {
  temporal: { schema: 'postgresql/v12/temporal', connections: 40 },
  temporal_visibility: { schema: 'postgresql/v12/visibility', connections: 10 },
};

/**
 * Cannot change: the server refuses to start on a database with another number. The servers of a cluster share them.
 * @param {Settings} settings
 */
const historyShards = ({ cluster }) => (cluster ? 16 : 4);

/**
 * A host that has vanished closes no connection. Servers and clients of a cluster notice its silence after 15 seconds. By default
 * servers wait for it, and give it tasks, for a minute.
 */
const keepAlive = {
  dynamicSettings: {
    'frontend.keepAliveTime': '10s',
    'frontend.keepAliveTimeout': '5s',
    'system.enableInternodeServerKeepAlive': true,
    'system.enableInternodeClientKeepAlive': true,
  },
  rpc: {
    keepAliveServerConfig: {
      keepAliveServerParameters: { keepAliveTime: '10s', keepAliveTimeout: '5s' },
      keepAliveEnforcementPolicy: { minTime: '5s', permitWithoutStream: true },
    },
    clientConnectionConfig: { keepAliveClientParameters: { keepAliveTime: '10s', keepAliveTimeout: '5s' } },
  },
};

/** Partitions share a task queue among several servers. One server would only forward tasks and polls to itself. */
const onePartition = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
};

/** @param {Settings} settings */
const dynamicSettings = ({ cluster }) => ({
  // The worker that completes a workflow task gets its activities at once, without the matching service.
  'system.enableActivityEagerExecution': true,
  ...(cluster ? keepAlive.dynamicSettings : onePartition),
});

/** The name in the certificates of this machine; Go's TLS takes names rather than addresses. */
export const tlsServerName = 'localhost';

/**
 * host:port of the frontend.
 * @param {StackContext} context
 * @param {string} [host] the address of one host of a cluster; by default of the load balancer
 */
export const temporalAddress = ({ settings }, host = settings.host) =>
  settings.external.temporal ?? `${host}:${settings.ports.temporal}`;

/**
 * Updates both schemas to the version of the server.
 * @param {StackContext} context
 */
export async function provideTemporalSchemas(context) {
  const { settings } = context;
  const bin = goBinaries(settings, temporal);
  for (const [database, { schema }] of Object.entries(stores)) {
    const url = new URL(databaseUrl(context, temporalRole, database));
    const connection = {
      PATH: process.env.PATH,
      SQL_PLUGIN: sqlPlugin,
      SQL_HOST: url.hostname,
      SQL_PORT: url.port || '5432',
      SQL_USER: temporalRole,
      SQL_PASSWORD: context.secrets.passwords[temporalRole],
      SQL_DATABASE: database,
      ...(wantsTls(url) && { SQL_TLS: 'true', ...sqlToolTls(context.tls) }),
    };
    /** @param {string[]} args */
    const sqlTool = (...args) =>
      runToLog(path.join(bin, 'temporal-sql-tool'), args, {
        log: path.join(settings.logs, 'temporal-schema.log'),
        env: connection,
        what: `Schema of ${database}`,
      });
    // A second setup would reset the version.
    if (!(await hasTable(url.href, 'schema_version'))) await sqlTool('setup-schema', '-v', '0.0');
    await sqlTool('update-schema', '--schema-name', schema);
  }
}

/**
 * Writes the configuration of a server.
 * @param {StackContext} context
 * @param {Host} host
 * @returns {ProcessSpec} the server process
 */
export function prepareTemporal(context, host) {
  const { settings } = context;
  const folder = path.join(host.folder, 'temporal');
  const config = path.join(folder, 'server.yaml');
  const dynamicConfig = path.join(folder, 'dynamic.yaml');
  const dynamic = Object.entries(dynamicSettings(settings)).map(([key, value]) => [key, [{ value }]]);
  // JSON is YAML. The second file contains a password.
  writeFileAtomically(dynamicConfig, JSON.stringify(Object.fromEntries(dynamic), null, 2));
  const content = JSON.stringify(serverConfig(context, host, dynamicConfig), null, 2);
  writeFileAtomically(config, content, { mode: 0o600 });
  return {
    command: path.join(goBinaries(settings, temporal), 'temporal-server'),
    args: ['--config-file', config, '--allow-no-auth', 'start'],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    cwd: folder,
  };
}

/**
 * Writes the configuration of Temporal's web UI.
 * @param {StackContext} context
 * @returns {ProcessSpec}
 */
export function prepareTemporalUi({ settings, tls }) {
  const folder = path.join(settings.state, 'temporal-ui');
  const ops = `http://${settings.host}:${settings.ports.ops}`;
  const config = {
    temporalGrpcAddress: `${settings.host}:${settings.ports.temporal}`,
    ...(tls && { tls: { ...clientTls(tls, 'temporal-ui'), enableHostVerification: true } }),
    host: settings.host,
    port: settings.ports.temporalUi,
    enableUi: true,
    defaultNamespace: settings.namespace,
    disableNewsFetch: true,
    notifyOnNewVersion: false,
    hideLogs: true,
    cors: { allowOrigins: [`http://${settings.host}:${settings.ports.temporalUi}`] },
    // Operators act on a reissue in the console, which asks for a reason.
    disableWriteActions: true,
    codec: {
      endpoint: `${ops}/codec`,
      // By cookie, because the UI sends no token to an address without TLS.
      includeCredentials: true,
      defaultErrorMessage:
        'To see payloads, open the reissue in the console and follow its link to Temporal.',
      defaultErrorLink: ops,
    },
  };
  writeFileAtomically(path.join(folder, 'config/reseal.yaml'), JSON.stringify(config, null, 2));
  return {
    command: path.join(goBinaries(settings, temporal), 'temporal-ui-server'),
    args: ['--root', folder, '--config', 'config', '--env', 'reseal', 'start'],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    cwd: folder,
    graceMs: 3_000,
  };
}

/**
 * @param {StackContext} context
 * @param {Host} host
 * @param {string} dynamicConfig
 */
function serverConfig(context, { address }, dynamicConfig) {
  const { settings } = context;
  /** @param {string} database */
  const store = (database) => {
    const url = new URL(databaseUrl(context, temporalRole, database));
    return {
      sql: {
        pluginName: sqlPlugin,
        databaseName: database,
        connectAddr: `${url.hostname}:${url.port || 5432}`,
        connectProtocol: 'tcp',
        user: temporalRole,
        password: context.secrets.passwords[temporalRole],
        maxConns: stores[database]?.connections,
        maxIdleConns: stores[database]?.connections,
        maxConnLifetime: '1h',
        // The locks of a server that is silent within a transaction are released.
        connectAttributes: { idle_in_transaction_session_timeout: '10s' },
        ...(wantsTls(url) && { tls: { enabled: true, ...sqlTls(context.tls) } }),
      },
    };
  };
  /** @param {{grpc: number, membership: number}} ports */
  const service = ({ grpc, membership }) => ({
    rpc: {
      grpcPort: grpc,
      membershipPort: membership,
      bindOnIP: address,
      ...(settings.cluster && keepAlive.rpc),
    },
  });
  const frontend = `${settings.host}:${settings.ports.temporal}`;
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: historyShards(settings),
      datastores: { default: store('temporal'), visibility: store('temporal_visibility') },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: address },
      ...(context.tls && { tls: serverTls(context.tls) }),
    },
    services: Object.fromEntries(
      Object.entries(temporalPorts(settings.ports.temporal)).map(([name, ports]) => [name, service(ports)]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: frontend },
      },
    },
    publicClient: { hostPort: frontend },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '10s' },
  };
}

/**
 * Certificates of a client of Temporal or PostgreSQL, as Temporal's programs name them.
 * @param {TlsFiles} tls
 * @param {TlsClient} client
 */
const clientTls = (tls, client) => ({
  caFile: tls.ca,
  certFile: tls.clients[client].certificate,
  keyFile: tls.clients[client].key,
  serverName: tlsServerName,
});

/**
 * TLS of the connections to PostgreSQL. An external server is not verified.
 * @param {TlsFiles | undefined} tls
 */
const sqlTls = (tls) =>
  tls ? { ...clientTls(tls, 'temporal'), enableHostVerification: true } : { enableHostVerification: false };

/**
 * The same for the tool that updates the schemas.
 * @param {TlsFiles | undefined} tls
 * @returns {Record<string, string>}
 */
function sqlToolTls(tls) {
  if (!tls) return { SQL_TLS_DISABLE_HOST_VERIFICATION: 'true' };
  const { caFile, certFile, keyFile, serverName } = clientTls(tls, 'temporal');
  return {
    SQL_TLS_CA_FILE: caFile,
    SQL_TLS_CERT_FILE: certFile,
    SQL_TLS_KEY_FILE: keyFile,
    SQL_TLS_SERVER_NAME: serverName,
  };
}

/**
 * TLS of the server. Its frontend and its other services demand certificates of their clients. Renewed files are read again.
 * @param {TlsFiles} tls
 */
function serverTls(tls) {
  const { certificate: certFile, key: keyFile } = tls.servers.temporal;
  const server = { certFile, keyFile, requireClientAuth: true, clientCaFiles: [tls.ca] };
  const client = { serverName: tlsServerName, rootCaFiles: [tls.ca] };
  return {
    refreshInterval: '5s',
    internode: { server, client },
    frontend: { server, client },
    systemWorker: {
      certFile: tls.clients.temporal.certificate,
      keyFile: tls.clients.temporal.key,
      client,
    },
  };
}

/** @param {URL} url */
const wantsTls = (url) => !['', 'disable', 'prefer', 'allow'].includes(url.searchParams.get('sslmode') ?? '');
