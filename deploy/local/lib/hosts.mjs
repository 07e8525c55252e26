import path from 'node:path';

/** @import { Host, Settings } from '../types.js' */

/**
 * The hosts of a stack: this machine, or the three hosts of a cluster. Each host of a cluster has an address of this machine
 * (Linux has all of 127.0.0.0/8) and data folders of its own, and the same ports.
 * @param {Pick<Settings, 'cluster' | 'host' | 'state'>} settings
 * @returns {Host[]}
 */
export const hostsOf = ({ cluster, host, state }) =>
  cluster
    ? clusterAddresses.map((address, index) => {
        const name = 'abc'[index] ?? '';
        return { name, address, folder: path.join(state, `host-${name}`) };
      })
    : [{ name: '', address: host, folder: state }];

export const clusterAddresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

/**
 * The hosts of everything but Kafka. The third host of a cluster has only a broker, so that any two brokers are a majority.
 * @param {Settings} settings
 */
export const mainHostsOf = (settings) => hostsOf(settings).slice(0, 2);

/**
 * The name of a part's process on a host, such as `worker-b`; `worker` in a stack of one host.
 * @param {string} part
 * @param {Host} host
 */
export const nameOn = (part, { name }) => (name ? `${part}-${name}` : part);

/**
 * The part to which a process belongs: `worker` for `worker-b`.
 * @param {string} name
 */
export const partOf = (name) => name.replace(/-[abc]$/, '');
