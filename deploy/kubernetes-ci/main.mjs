import path from 'node:path';
import { parseArgs } from 'node:util';
import { goBinaries } from '../local/artifacts/go-binaries.mjs';
import { runInForeground } from '../local/lib/commands.mjs';
import { helm, kubernetesNode } from '../local/lib/go-sets.mjs';
import { ProgressReport } from '../local/lib/progress-report.mjs';
import { engineSettings } from '../local/lib/settings.mjs';
import { Stack } from '../local/stack/stack.mjs';
import { withStack } from '../local/stack/with-stack.mjs';
import { nodeAddress, prepareNamespaces } from './network.mjs';
import { Node } from './node.mjs';

/**
 * Starts the engines and a node of Kubernetes, runs a command beside them, and stops everything:
 * `node main.mjs --cgroup NAME --images ARCHIVE -- COMMAND ARGUMENT…`. `run-on-node.mjs` runs it in namespaces of its own.
 */

const { values, positionals } = parseArgs({
  options: { cgroup: { type: 'string', default: '' }, images: { type: 'string', default: '' } },
  allowPositionals: true,
});
const [command = '', ...args] = positionals;

prepareNamespaces();
const settings = engineSettings(nodeAddress);
const report = new ProgressReport(process.stderr);
const stack = new Stack(settings, report);
const node = new Node(settings, report, {
  programs: goBinaries(settings, kubernetesNode),
  cgroup: values.cgroup,
});
const start = async () => void (await Promise.all([stack.start(), node.start(values.images)]));
const code = await withStack(
  stack,
  report,
  async () => {
    const env = {
      ...process.env,
      ...stack.clientEnvironment,
      ...node.environment,
      PATH: [goBinaries(settings, helm), node.environment.PATH].join(path.delimiter),
      RESEAL_STATE: settings.state,
    };
    const result = await runInForeground(command, args, { cwd: settings.root, env });
    await node.stop();
    return result;
  },
  start,
);
process.exit(code);
