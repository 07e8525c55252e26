import path from 'node:path';
import { goBinaries } from '../artifacts/go-binaries.mjs';
import { runToLog } from '../lib/commands.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { temporal } from '../lib/go-sets.mjs';
import { temporalPorts } from '../lib/settings.mjs';
import { hasTable } from './databases.mjs';
import { databaseUrl } from './postgres.mjs';

const temporalRole = 'reseal_temporal';
const sqlPlugin = 'postgres12';
const stores = {
  temporal: { schema: 'postgresql/v12/temporal', connections: 40 },
  temporal_visibility: { schema: 'postgresql/v12/visibility', connections: 10 },
};

/** Fixed for the life of a Temporal database: the server refuses to start with another number. */
const historyShards = 4;

const dynamicSettings = {
  // An activity scheduled by a workflow task goes to the worker that completed it, without the detour by matching.
  'system.enableActivityEagerExecution': true,
  // New search attributes and namespaces are usable at once instead of after a cache's lifetime.
  'system.forceSearchAttributesCacheRefreshOnRead': true,
  'system.namespaceCacheRefreshInterval': '1s',
};

/** @returns {string} host:port of the frontend the apps use */
export const temporalAddress = ({ settings }) =>
  settings.external.temporal ?? `${settings.host}:${settings.ports.temporal}`;

/** Brings both schemas to the server's version and says how the server process is run. */
export async function prepareTemporal(context) {
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
      ...(wantsTls(url) && { SQL_TLS: 'true', SQL_TLS_DISABLE_HOST_VERIFICATION: 'true' }),
    };
    const sqlTool = (...args) =>
      runToLog(path.join(bin, 'temporal-sql-tool'), args, {
        log: path.join(settings.logs, 'temporal-schema.log'),
        env: connection,
        what: `Schema of ${database}`,
      });
    // Setting up again would forget the version that is there.
    if (!(await hasTable(url.href, 'schema_version'))) await sqlTool('setup-schema', '-v', '0.0');
    await sqlTool('update-schema', '--schema-name', schema);
  }

  const folder = path.join(settings.state, 'temporal');
  const config = path.join(folder, 'server.yaml');
  const dynamicConfig = path.join(folder, 'dynamic.yaml');
  const dynamic = Object.entries(dynamicSettings).map(([key, value]) => [key, [{ value }]]);
  // JSON is YAML; the file holds a password.
  writeFileAtomically(dynamicConfig, JSON.stringify(Object.fromEntries(dynamic), null, 2));
  writeFileAtomically(config, JSON.stringify(serverConfig(context, dynamicConfig), null, 2), { mode: 0o600 });
  return {
    command: path.join(bin, 'temporal-server'),
    args: ['--config-file', config, '--allow-no-auth', 'start'],
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    cwd: folder,
  };
}

/** Where Temporal's web UI is configured, and how it is run. */
export function prepareTemporalUi({ settings }) {
  const folder = path.join(settings.state, 'temporal-ui');
  const ops = `http://${settings.host}:${settings.ports.ops}`;
  const config = {
    temporalGrpcAddress: `${settings.host}:${settings.ports.temporal}`,
    host: settings.host,
    port: settings.ports.temporalUi,
    enableUi: true,
    defaultNamespace: settings.namespace,
    disableNewsFetch: true,
    notifyOnNewVersion: false,
    hideLogs: true,
    cors: { allowOrigins: [`http://${settings.host}:${settings.ports.temporalUi}`] },
    // What is done to a reissue is done by the operators' app, which asks why.
    disableWriteActions: true,
    codec: {
      endpoint: `${ops}/codec`,
      // Not by token: it passes none to an address without TLS.
      includeCredentials: true,
      defaultErrorMessage: 'Payloads are shown to who comes here from the console: open the reissue there.',
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

function serverConfig(context, dynamicConfig) {
  const { settings } = context;
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
        maxConns: stores[database].connections,
        maxIdleConns: stores[database].connections,
        maxConnLifetime: '1h',
        ...(wantsTls(url) && { tls: { enabled: true, enableHostVerification: false } }),
      },
    };
  };
  const service = ({ grpc, membership }) => ({
    rpc: { grpcPort: grpc, membershipPort: membership, bindOnIP: settings.host },
  });
  const frontend = `${settings.host}:${settings.ports.temporal}`;
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: historyShards,
      datastores: { default: store('temporal'), visibility: store('temporal_visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: settings.host } },
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

const wantsTls = (url) => !['', 'disable', 'prefer', 'allow'].includes(url.searchParams.get('sslmode') ?? '');
