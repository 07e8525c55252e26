import fs from 'node:fs';
import path from 'node:path';
import { fileOf } from '../artifacts/debian-packages.mjs';
import { writeFileAtomically } from '../lib/files.mjs';
import { mainHostsOf } from '../lib/hosts.mjs';

/** @import { Host, PortName, ProcessSpec, Settings, StackContext, TlsFiles } from '../types.js' */

/** HAProxy's number of the servers of PostgreSQL: its page takes no name. */
const postgresNumber = 10;

const common = [
  'defaults',
  'option redispatch 1',
  'timeout connect 2s',
  'timeout check 2s',
  'timeout client 1h',
  // The connections to a server that does not answer the checks end, so that clients turn to another one.
  'default-server check inter 500ms fall 3 rise 1 on-marked-down shutdown-sessions',
];

const connections = ['mode tcp', 'timeout server 1h'];

/** A process that is not ready gets no new calls, and answers those that it has. Streams send something every 15 seconds. */
const calls = [
  'mode http',
  'timeout server 30s',
  'option httpchk GET /health/ready',
  'http-check expect status 200 error-status L7OKC',
];

/**
 * HAProxy gives clients one address for the processes of several hosts: the apps that are ready, the servers of Temporal, and
 * the primary of PostgreSQL.
 * @param {StackContext} context
 * @param {() => Host} primary the host of the primary at the time of a start
 * @returns {ProcessSpec}
 */
export function prepareLoadBalancer(context, primary) {
  const folder = path.join(context.settings.state, 'load-balancer');
  const file = path.join(folder, 'haproxy.cfg');
  fs.mkdirSync(folder, { recursive: true });
  return {
    // It is in a folder with administrators' tools.
    command: fileOf('haproxy') ?? 'haproxy',
    args: ['-f', file],
    env: {},
    cwd: folder,
    beforeStart: async () =>
      writeFileAtomically(file, `${configuration(context, folder, primary()).join('\n')}\n`),
  };
}

/**
 * @param {StackContext} context
 * @param {string} folder
 * @param {Host} primary
 */
function configuration({ settings, tls }, folder, primary) {
  const { host, ports } = settings;
  /**
   * @param {PortName} port
   * @param {string[]} lines
   * @param {(host: Host) => string} more
   */
  const listen = (port, lines, more = () => '') => [
    `listen ${port}`,
    `bind ${host}:${ports[port]}`,
    ...lines,
    ...mainHostsOf(settings).map(
      (each) => `server ${each.name} ${each.address}:${ports[port]} ${more(each)}`,
    ),
  ];
  return [
    ...common,
    ...listen('gateway', calls, () => `port ${ports.gatewayMetrics}`),
    ...listen('ops', calls, () => `port ${ports.opsMetrics}`),
    ...listen('status', calls, () => `port ${ports.statusMetrics}`),
    ...listen('temporal', [...connections, tls ? `default-server ${handshake(tls, folder)}` : '']),
    // The standby serves no client, because it refuses every change.
    ...listen('postgres', [...connections, `id ${postgresNumber}`], ({ name }) =>
      name === primary.name ? '' : 'disabled',
    ),
    'listen page',
    `bind ${host}:${ports.loadBalancer}`,
    'mode http',
    'timeout server 30s',
    'stats enable',
    'stats uri /',
    'stats refresh 2s',
    'stats admin if TRUE',
  ];
}

/**
 * Checks a server by a handshake, because the kernel accepts connections for a process that is frozen.
 * @param {TlsFiles} tls
 * @param {string} folder
 */
function handshake({ ca, clients: { launcher } }, folder) {
  const client = path.join(folder, 'client.pem');
  const content = [launcher.certificate, launcher.key].map((file) => fs.readFileSync(file, 'utf8')).join('');
  writeFileAtomically(client, content, { mode: 0o600 });
  return `check-ssl verify required verifyhost localhost ca-file ${ca} crt ${client}`;
}

/**
 * Sends the clients of PostgreSQL to a host, and ends their connections to the others.
 * @param {Settings} settings
 * @param {Host} primary
 */
export async function setPrimary(settings, primary) {
  /**
   * @param {Host} host
   * @param {'ready' | 'maint' | 'shutdown'} action
   */
  const order = async ({ name }, action) => {
    const body = new URLSearchParams({ s: name, action, b: `#${postgresNumber}` });
    const response = await fetch(pageOf(settings), { method: 'POST', body, redirect: 'manual' });
    if (!response.headers.get('location')?.endsWith('st=DONE'))
      throw new Error(`The load balancer did not accept ${action} of ${name}.`);
  };
  for (const host of mainHostsOf(settings)) {
    if (host.name === primary.name) continue;
    await order(host, 'maint');
    await order(host, 'shutdown');
  }
  await order(primary, 'ready');
}

/**
 * The page that shows the state of every server.
 * @param {Settings} settings
 */
export const pageOf = ({ host, ports }) => `http://${host}:${ports.loadBalancer}/`;
