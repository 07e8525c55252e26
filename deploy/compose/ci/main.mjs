import fs from 'node:fs';
import path from 'node:path';
import { pythonOf } from '../../local/artifacts/python-environments.mjs';
import { runInForeground } from '../../local/lib/commands.mjs';
import { system, usePrivateFolders } from '../../local/lib/namespaces.mjs';
import { ProgressReport } from '../../local/lib/progress-report.mjs';
import { podmanCompose } from '../../local/lib/python-sets.mjs';
import { engineSettings } from '../../local/lib/settings.mjs';
import { Stack } from '../../local/stack/stack.mjs';
import { withStack } from '../../local/stack/with-stack.mjs';

/**
 * Starts the engines, runs a command beside them, and stops them: `node main.mjs COMMAND ARGUMENT…`. `run.mjs` runs it in
 * namespaces of its own.
 */

/** Containers reach the engines by this address. */
const enginesAddress = '10.244.0.1';
/** What podman needs where systemd does not run, and an image store of its own that sees the machine's images. */
const podmanSettings = `
[containers]
default_ulimits = ["nofile=8192:8192", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
`;
/** @param {string} folder */
const storageSettings = (folder) => `
[storage]
driver = "overlay"
runroot = "/run/containers/storage"
graphroot = "${folder}/storage"
[storage.options]
additionalimagestores = ["/var/lib/containers/storage"]
`;

const [command = '', ...args] = process.argv.slice(2);
// Its files must have the names of another network.
usePrivateFolders(['/run', '/etc/containers/networks', '/var/lib/containers/storage/networks']);
system('ip', 'link', 'set', 'lo', 'up');
system('ip', 'link', 'add', 'engines', 'type', 'bridge');
system('ip', 'address', 'add', `${enginesAddress}/32`, 'dev', 'engines');
system('ip', 'link', 'set', 'engines', 'up');
fs.writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');

const settings = engineSettings(enginesAddress);
const report = new ProgressReport(process.stderr);
const stack = new Stack(settings, report);
process.exit(await withStack(stack, report, runCommand));

async function runCommand() {
  const folder = path.join(settings.state, 'podman');
  fs.mkdirSync(folder, { recursive: true });
  /** @param {string} name @param {string} content */
  const write = (name, content) => {
    fs.writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const env = {
    ...process.env,
    ...stack.clientEnvironment,
    RESEAL_STATE: settings.state,
    RESEAL_PODMAN_COMPOSE_PYTHON: pythonOf(settings, podmanCompose),
    CONTAINERS_CONF: write('containers.conf', podmanSettings),
    CONTAINERS_STORAGE_CONF: write('storage.conf', storageSettings(folder)),
  };
  return runInForeground(command, args, { cwd: settings.root, env });
}
