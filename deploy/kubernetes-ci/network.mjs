import fs from 'node:fs';
import path from 'node:path';
import { system, usePrivateFolders } from '../local/lib/namespaces.mjs';

/** The name of the bridge to which all pods are connected. */
export const bridge = 'pods';
/** The node, for pods: the kubelet's address, and that of the engines beside it. */
export const nodeAddress = '10.244.0.1';
export const podRange = '10.244.0.0/16';
export const serviceRange = '10.96.0.0/16';

/** Folders in which the programs of a node write, whatever their settings say. They get private ones. */
const privateFolders = ['/run', '/var/lib/cni', '/var/log'];
const resolver = '/etc/resolv.conf';

/** Sets up the namespaces of this process: folders, loopback, bridge, forwarding between pods, and no way out. */
export function prepareNamespaces() {
  const resolverFile = fs.realpathSync(resolver);
  usePrivateFolders(privateFolders);
  // Programs beside the node find Services by the names that pods have for them.
  for (const file of ['/run/names', resolverFile]) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (!fs.existsSync(file)) fs.writeFileSync(file, '');
  }
  fs.writeFileSync('/run/names', `nameserver ${nodeAddress}\nsearch reseal.svc.cluster.local\n`);
  system('mount', '--bind', '/run/names', resolverFile);
  system('ip', 'link', 'set', 'lo', 'up');
  system('ip', 'link', 'add', bridge, 'type', 'bridge');
  system('ip', 'address', 'add', `${nodeAddress}/16`, 'dev', bridge);
  system('ip', 'link', 'set', bridge, 'up');
  // kube-proxy rewrites the destination of a call from the node after its route was found.
  system('ip', 'route', 'add', serviceRange, 'dev', bridge);
  fs.writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  // Calls between two pods through a Service must pass kube-proxy's rules both ways.
  fs.writeFileSync('/proc/sys/net/bridge/bridge-nf-call-iptables', '1');
}
