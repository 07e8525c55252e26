import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { providePackages } from './artifacts/packages.mjs';
import { endCommands } from './lib/commands.mjs';
import { Refusal } from './lib/refusal.mjs';
import { ProgressReport } from './lib/progress-report.mjs';
import { readSettings } from './lib/settings.mjs';
import { buildAll } from './stack/build.mjs';

/**
 * `npm run ca -- …`, `npm run npki -- …` and the others below: installs and compiles what is not there yet, then runs the tool on our own
 * terminal and exits as it does. The state folder is not claimed, because a stack may be running on it. Standard output
 * is the tool's alone.
 *
 * `environment` names the file in `<state>/env` that the tool is configured by, `instead` the variable of a shell that
 * brings its own configuration.
 */
const tools = {
  ca: { main: 'apps/signer/src/ca/main.js', environment: 'ca.env', instead: 'RESEAL_CA_DIRECTORY' },
  setup: {
    main: 'apps/setup/src/main.js',
    environment: 'setup.env',
    instead: 'RESEAL_SIGNER_JOURNAL',
  },
  npki: { main: 'apps/cli/src/npki/main.js' },
  terms: { main: 'apps/cli/src/terms/main.js' },
  registry: {
    main: 'apps/cli/src/registry/main.js',
    environment: 'worker.env',
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
    /** A bundle is verified anywhere: only the log in a database needs to know where that is. */
    onlyWith: '--log',
  },
};
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const helpArguments = ['help', '--help', '-h'];

const report = new ProgressReport(process.stderr);
const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(tools, name ?? '')) {
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
  const configuration = configure(tools[name], settings);
  const node = await providePackages(settings, report);
  await buildAll({ settings, report });
  for (const signal of stopSignals) process.off(signal, interrupt);
  process.exit(await run(node, tools[name], configuration, settings));
} catch (error) {
  endCommands();
  report.failed(error instanceof Refusal ? error.message : (error.stack ?? error));
  process.exit(1);
}

/**
 * Node's arguments that load the tool's configuration; what the shell sets itself wins over the file.
 * @throws {Refusal} when there is none
 */
function configure({ environment, instead, onlyWith, withoutArguments }, { state }) {
  if (!environment || (onlyWith && !args.includes(onlyWith))) return [];
  const file = path.join(state, 'env', environment);
  if (fs.existsSync(file)) return [`--env-file=${file}`];
  if (
    process.env[instead] ||
    (args.length === 0 && !withoutArguments) ||
    args.some((arg) => helpArguments.includes(arg))
  )
    return [];
  throw new Refusal(
    `${file} is missing: \`npm start\` writes it. For another stack set RESEAL_STATE, or set ${instead} and the rest of the environment by hand.`,
  );
}

/** @returns {Promise<number>} the tool's exit code */
async function run(node, { main }, configuration, { root, state, cache }) {
  // npm runs scripts in the root of the project; file names are meant from where the user is.
  const cwd = process.env.npm_lifecycle_event === name ? process.env.INIT_CWD : undefined;
  const script = path.join(root, 'dist', main);
  const env = { NODE_COMPILE_CACHE: path.join(cache, 'node'), ...process.env, RESEAL_STATE: state };
  const nodeArgs = ['--enable-source-maps', '--disable-warning=ExperimentalWarning', ...configuration];
  const child = spawn(node, [...nodeArgs, script, ...args], { stdio: 'inherit', cwd, env });
  // A Ctrl-C reaches the tool by itself, and it decides when it is done; other signals come through us.
  for (const signal of stopSignals) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...how) => resolve(how));
  });
  return signal ? 128 + os.constants.signals[signal] : code;
}
