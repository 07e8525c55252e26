import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { providePackages } from './artifacts/packages.mjs';
import { endCommands } from './lib/commands.mjs';
import { descriptionOf, Refusal } from './lib/errors.mjs';
import { ProgressReport } from './lib/progress-report.mjs';
import { readSettings } from './lib/settings.mjs';
import { buildAll } from './stack/build.mjs';

/** @import { Settings } from './types.js' */

/**
 * A tool, such as `npm run ca -- …`. This script installs and compiles what is missing, runs the tool on the terminal and
 * exits with its code. It does not claim the state folder, because a stack may be running on it. It prints to standard
 * error; standard output belongs to the tool.
 * @typedef {object} Tool
 * @property {string} main        script in `dist`
 * @property {string} [environment]  file in `<state>/env` with the configuration of the tool
 * @property {string} [instead]   variable that is set in a shell with its own configuration
 * @property {string} [onlyWith]  argument without which the tool needs no configuration
 * @property {boolean} [withoutArguments]  whether it needs the configuration also without arguments
 */

/** @type {Record<string, Tool>} */
const tools = {
  ca: { main: 'apps/signer/src/ca/main.js', environment: 'ca.env', instead: 'RESEAL_CA_DIRECTORY' },
  setup: {
    main: 'apps/setup/src/main.js',
    environment: 'setup.env',
    instead: 'RESEAL_SECRETS_DIRECTORY',
  },
  npki: { main: 'apps/cli/src/npki/main.js' },
  terms: { main: 'apps/cli/src/terms/main.js' },
  registry: {
    main: 'apps/cli/src/registry/main.js',
    environment: 'worker.env',
    instead: 'RESEAL_REGISTRY_KEYS_FILE',
  },
  customers: {
    main: 'apps/cli/src/customers/main.js',
    environment: 'customers.env',
    instead: 'RESEAL_REGISTRY_KEYS_FILE',
  },
  evidence: {
    main: 'apps/cli/src/evidence/main.js',
    environment: 'worker.env',
    instead: 'RESEAL_AUDIT_KEYS_FILE',
  },
  trust: {
    main: 'apps/cli/src/trust/main.js',
    environment: 'worker.env',
    instead: 'RESEAL_AUDIT_KEYS_FILE',
    withoutArguments: true,
  },
  verify: {
    main: 'apps/cli/src/verify/main.js',
    environment: 'worker.env',
    instead: 'RESEAL_AUDIT_KEYS_FILE',
    // Only the check of the log in the database needs its address.
    onlyWith: '--log',
  },
};
/** @type {NodeJS.Signals[]} */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const helpArguments = ['help', '--help', '-h'];

const report = new ProgressReport(process.stderr);
const [name = '', ...args] = process.argv.slice(2);
const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
if (!tool) {
  report.failed(`Usage: node deploy/local/tool.mjs <${Object.keys(tools).join('|')}> [arguments]`);
  process.exit(2);
}

const interrupt = () => {
  endCommands();
  process.exit(130);
};
for (const signal of stopSignals) process.on(signal, interrupt);
try {
  const settings = readSettings();
  const configuration = configure(tool, settings);
  const node = await providePackages(settings, report);
  await buildAll({ settings, report });
  for (const signal of stopSignals) process.off(signal, interrupt);
  process.exit(await run(node, tool, configuration, settings));
} catch (error) {
  endCommands();
  report.failed(descriptionOf(error));
  process.exit(1);
}

/**
 * Arguments of Node that load the configuration file of a tool. Variables of the shell override the file.
 * @param {Tool} tool
 * @param {Settings} settings
 * @returns {string[]}
 * @throws {Refusal} if there is no configuration
 */
function configure({ environment, instead, onlyWith, withoutArguments }, { state }) {
  if (!environment || (onlyWith && !args.includes(onlyWith))) return [];
  const file = path.join(state, 'env', environment);
  if (fs.existsSync(file)) return [`--env-file=${file}`];
  if (
    (instead !== undefined && process.env[instead]) ||
    (args.length === 0 && !withoutArguments) ||
    args.some((arg) => helpArguments.includes(arg))
  )
    return [];
  throw new Refusal(
    `${file} is missing: \`npm start\` writes it. For another stack set RESEAL_STATE, or set ${instead} and the rest of the environment by hand.`,
  );
}

/**
 * @param {string} node path of Node
 * @param {Tool} tool
 * @param {string[]} configuration arguments of Node
 * @param {Settings} settings
 * @returns {Promise<number>} the exit code of the tool
 */
async function run(node, { main }, configuration, { root, state, cache }) {
  // npm runs scripts in the root of the project, but file names are relative to the user's folder.
  const cwd = process.env.npm_lifecycle_event === name ? process.env.INIT_CWD : undefined;
  const script = path.join(root, 'dist', main);
  const env = { NODE_COMPILE_CACHE: path.join(cache, 'node'), ...process.env, RESEAL_STATE: state };
  const silent = ['ExperimentalWarning', 'TimeoutNegativeWarning'].map((name) => `--disable-warning=${name}`);
  const nodeArgs = ['--enable-source-maps', ...silent, ...configuration];
  const child = spawn(node, [...nodeArgs, script, ...args], { stdio: 'inherit', cwd, env });
  // The terminal sends a Ctrl-C to the tool too, which then decides when it ends. Other signals are passed on.
  for (const signal of stopSignals) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  /** @type {[number | null, NodeJS.Signals | null]} */
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...result) => resolve(result));
  });
  return signal ? 128 + os.constants.signals[signal] : (code ?? 1);
}
