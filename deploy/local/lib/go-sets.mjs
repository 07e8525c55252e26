import { runsWholeStack } from './benchmarks.mjs';

/** @import { Command, GoSet, Plan, Settings } from '../types.js' */

/** @param {string} folder of a go.mod */
const module = (folder) => new URL(`../${folder}/`, import.meta.url);

/** @type {GoSet} */
export const temporal = {
  name: 'temporal',
  title: 'Temporal',
  module: module('temporal'),
  binaries: {
    'temporal-server': 'go.temporal.io/server/cmd/server',
    'temporal-sql-tool': 'go.temporal.io/server/cmd/tools/sql',
    'temporal-ui-server': 'github.com/temporalio/ui-server/v2/cmd/server',
  },
  // As in Temporal's Makefile: omits the gRPC variant of Google's storage client, which is not used here.
  flags: ['-tags', 'disable_grpc_modules'],
  duration: 'about five minutes',
  alternative: 'set RESEAL_TEMPORAL_ADDRESS to use a Temporal server that runs already',
};

/**
 * A linter of certificates and CRLs that shares no code with Reseal.
 * @type {GoSet}
 */
export const zlint = {
  name: 'zlint',
  title: 'zlint',
  module: module('zlint'),
  binaries: { zlint: 'github.com/zmap/zlint/v3/cmd/zlint' },
  duration: 'less than a minute',
};

/**
 * Finds differences between two OpenAPI documents that break clients.
 * @type {GoSet}
 */
export const oasdiff = {
  name: 'oasdiff',
  title: 'oasdiff',
  module: module('oasdiff'),
  binaries: { oasdiff: 'github.com/oasdiff/oasdiff' },
  duration: 'about a minute',
};

/**
 * Renders and installs the chart.
 * @type {GoSet}
 */
export const helm = {
  name: 'helm',
  title: 'Helm',
  module: module('kubernetes'),
  binaries: { helm: 'helm.sh/helm/v4/cmd/helm' },
  // Without it Helm refuses the Kubernetes version of this chart.
  linkerFlags: '-X k8s.io/component-base/version.gitVersion=v1.34.4',
  duration: 'two to three minutes',
};

/**
 * Admits what the chart renders. Its version fits that of Helm, so that both share most of what is compiled.
 * @type {GoSet}
 */
export const kubernetesApi = {
  name: 'kubernetes',
  title: 'The Kubernetes API server',
  module: module('kubernetes'),
  binaries: { 'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver' },
  // Without it the server calls itself 0.0.0.
  linkerFlags: helm.linkerFlags,
  duration: 'about six minutes',
};

/**
 * All programs of a node of Kubernetes, in the same folder.
 * @type {GoSet}
 */
export const kubernetesNode = {
  ...kubernetesApi,
  title: 'Kubernetes',
  binaries: Object.fromEntries(
    ['kube-apiserver', 'kube-controller-manager', 'kube-proxy', 'kube-scheduler', 'kubectl', 'kubelet'].map(
      (name) => [name, `k8s.io/kubernetes/cmd/${name}`],
    ),
  ),
  duration: 'about ten minutes',
};

/**
 * Other certificate authorities, which the benchmark compares with.
 * @type {GoSet}
 */
export const rivals = {
  name: 'bench-rivals',
  title: 'step-ca and cfssl',
  module: module('bench-rivals'),
  binaries: {
    'step-ca': 'github.com/smallstep/certificates/cmd/step-ca',
    cfssl: 'github.com/cloudflare/cfssl/cmd/cfssl',
  },
  duration: 'two to three minutes',
  alternative: 'omit them, for example by --only raw,sign,cycle',
};

/**
 * The programs that a command's stack needs.
 * @param {Pick<Settings, 'external'>} settings
 * @param {Command} command
 * @param {readonly string[]} args that follow the command
 */
export const goSets = ({ external }, command, args) =>
  !external.temporal && runsWholeStack(command, args) ? [temporal] : [];

/**
 * The programs that groups of tests need beside a stack.
 * @param {Pick<Plan, 'offStack' | 'onNode'>} plan
 */
export const goToolSets = ({ offStack, onNode }) => [
  ...(offStack.includes('contract') ? [zlint, oasdiff] : []),
  ...(onNode.length > 0 || offStack.some((group) => ['chart', 'admission'].includes(group)) ? [helm] : []),
  ...(onNode.length > 0 ? [kubernetesNode] : []),
  ...(offStack.includes('admission') ? [kubernetesApi] : []),
];
