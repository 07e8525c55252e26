import crypto from 'node:crypto';
import path from 'node:path';
import { writeFileAtomically } from '../local/lib/files.mjs';
import { bridge, nodeAddress, podRange, serviceRange } from './network.mjs';

/** The node's name. */
export const nodeName = 'node';
export const pauseImage = 'localhost/reseal-pause:test';
export const containerdSocket = '/run/containerd/containerd.sock';
export const apiServer = `https://${nodeAddress}:6443`;

/**
 * Who calls the API server: the name and groups to which Kubernetes' own roles are bound.
 * @type {Record<string, {user: string, group?: string}>}
 */
const callers = {
  admin: { user: 'admin', group: 'system:masters' },
  'controller-manager': { user: 'system:kube-controller-manager' },
  scheduler: { user: 'system:kube-scheduler' },
  proxy: { user: 'system:kube-proxy' },
  kubelet: { user: `system:node:${nodeName}`, group: 'system:nodes' },
};

/** @param {string} folder */
export const filesIn = (folder) => ({
  tokens: path.join(folder, 'tokens.csv'),
  serviceAccountKey: path.join(folder, 'service-accounts.key'),
  certificates: path.join(folder, 'certificates'),
  /** Of the API server; made by it at its start. Contains the CA that signed it. */
  certificate: path.join(folder, 'certificates', 'apiserver.crt'),
  containerd: path.join(folder, 'containerd.toml'),
  networks: path.join(folder, 'cni'),
  kubelet: path.join(folder, 'kubelet.yaml'),
  proxy: path.join(folder, 'proxy.yaml'),
  names: path.join(folder, 'names'),
  /** @param {string} caller */
  kubeconfig: (caller) => path.join(folder, `${caller}.kubeconfig`),
});

/**
 * Writes the configuration of all programs.
 * @param {string} folder
 * @param {string} cgroup the parent of all pods' control groups
 */
export function writeConfiguration(folder, cgroup) {
  const files = filesIn(folder);
  /**
   * @param {string} file
   * @param {string | object} content JSON is YAML
   */
  const write = (file, content) =>
    writeFileAtomically(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2), {
      mode: 0o600,
    });
  const lines = Object.entries(callers).map(([caller, { user, group }]) => {
    const token = crypto.randomUUID();
    write(files.kubeconfig(caller), kubeconfig(files.certificate, token));
    return `${token},${user},${user},${group ?? ''}\n`;
  });
  write(files.tokens, lines.join(''));
  const { privateKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  write(files.serviceAccountKey, privateKey.export({ format: 'pem', type: 'sec1' }).toString());
  write(files.containerd, containerd(folder, files.networks));
  write(path.join(files.networks, 'pods.conflist'), podNetwork);
  write(files.kubelet, kubelet(folder, cgroup));
  write(files.proxy, proxy(files.kubeconfig('proxy')));
  write(files.names, '');
}

/**
 * @param {string} certificate
 * @param {string} token
 */
const kubeconfig = (certificate, token) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'node', cluster: { server: apiServer, 'certificate-authority': certificate } }],
  users: [{ name: 'caller', user: { token } }],
  contexts: [{ name: 'node', context: { cluster: 'node', user: 'caller' } }],
  'current-context': 'node',
});

/**
 * @param {string} folder
 * @param {string} networks
 */
const containerd = (folder, networks) => `version = 2
root = "${path.join(folder, 'containerd')}"
state = "/run/containerd"
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${networks}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;

const podNetwork = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge,
      isDefaultGateway: true,
      // So that a pod can call itself through its Service.
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: podRange, rangeStart: '10.244.1.1', gateway: nodeAddress }]],
        dataDir: '/run/cni',
      },
    },
  ],
};

/**
 * @param {string} folder
 * @param {string} cgroup
 */
const kubelet = (folder, cgroup) => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  // No other program is in this network.
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
  clusterDNS: [nodeAddress],
  clusterDomain: 'cluster.local',
  resolvConf: '',
  podLogsDir: path.join(folder, 'pods'),
  volumePluginDir: '/run/kubelet-plugins',
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${cgroup}`,
  failCgroupV1: false,
  failSwapOn: false,
  enforceNodeAllocatable: [],
  makeIPTablesUtilChains: false,
  // The disk of a shared machine may be almost full.
  evictionHard: { 'imagefs.available': '0%', 'nodefs.available': '0%', 'nodefs.inodesFree': '0%' },
  imageGCHighThresholdPercent: 100,
});

/** @param {string} kubeconfig */
const proxy = (kubeconfig) => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'iptables',
  clientConnection: { kubeconfig },
  clusterCIDR: podRange,
  hostnameOverride: nodeName,
  iptables: { localhostNodePorts: false },
  // These belong to the machine.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});

/** Arguments of the API server. @param {ReturnType<typeof filesIn>} files */
export const apiServerArguments = (files) => [
  ...['--etcd-servers', 'http://127.0.0.1:2379', '--bind-address', nodeAddress, '--secure-port', '6443'],
  ...[
    '--advertise-address',
    nodeAddress,
    '--cert-dir',
    files.certificates,
    '--token-auth-file',
    files.tokens,
  ],
  ...[
    '--service-account-issuer',
    'https://kubernetes',
    '--service-account-key-file',
    files.serviceAccountKey,
  ],
  ...['--service-account-signing-key-file', files.serviceAccountKey],
  ...['--service-cluster-ip-range', serviceRange, '--authorization-mode', 'Node,RBAC'],
  ...['--kubelet-preferred-address-types', 'InternalIP'],
];
