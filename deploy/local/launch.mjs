import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideGoBinaries } from './artifacts/go-binaries.mjs';
import { provideJars } from './artifacts/maven.mjs';
import { provideDebianPackages } from './artifacts/debian-packages.mjs';
import { hasPkcs11, providePkcs11, wantsPkcs11 } from './artifacts/native-modules.mjs';
import { providePackages } from './artifacts/packages.mjs';
import { providePromtool } from './artifacts/promtool.mjs';
import { requireJava } from './artifacts/toolchains.mjs';
import { benchmarks } from './lib/benchmarks.mjs';
import { endCommands } from './lib/commands.mjs';
import { goSets } from './lib/go-sets.mjs';
import { claimState, endLeftovers, releaseState, runningStack } from './lib/instance.mjs';
import { jarSets } from './lib/jar-sets.mjs';
import { readOptions, requestedUsage, unknownName } from './lib/options.mjs';
import { assertPortsFree, claimFreePorts } from './lib/ports.mjs';
import { descriptionOf } from './lib/errors.mjs';
import { ProgressReport } from './lib/progress-report.mjs';
import { readSettings } from './lib/settings.mjs';
import { readPlan } from './testing/plan.mjs';
import { requireTools } from './testing/tools.mjs';

/** @import { Command, Settings } from './types.js' */

/** @type {NodeJS.Signals[]} */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * State folders of the commands that run their own stack, next to a developer's stack.
 * @type {Partial<Record<Command, () => string>>}
 */
const isolatedStates = {
  test: () => process.env.RESEAL_TEST_STATE || '.reseal-test',
  bench: () => process.env.RESEAL_BENCH_STATE || '.reseal-bench',
};

/**
 * Runs the first stage of a command: plain JavaScript without dependencies, for Node 18 and later. It claims the state
 * folder, downloads and builds what is missing, then runs `commands/<command>.mjs` on Node 24.
 * @param {Command} command
 */
export async function launch(command) {
  const args = process.argv.slice(2);
  const usage = requestedUsage(command, args);
  if (usage !== undefined) return console.log(usage);
  const report = new ProgressReport(['demo', 'bench'].includes(command) ? process.stderr : process.stdout);
  const interrupt = () => {
    endCommands();
    process.exit(130);
  };
  for (const signal of stopSignals) process.on(signal, interrupt);
  try {
    if (command === 'start') readOptions(command, args);
    if (command === 'test') readPlan(args);
    if (command === 'bench') requireBenchmark(args[0]);
    const { node, ownsState } = await prepare(command, report);
    for (const signal of stopSignals) process.off(signal, interrupt);
    await handOver(command, node, ownsState);
  } catch (error) {
    endCommands();
    report.failed(descriptionOf(error));
    process.exit(1);
  }
}

/**
 * @param {Command} command
 * @param {ProgressReport} report
 * @returns {Promise<{node: string, ownsState: boolean}>} path of the Node for the second stage, and whether this process
 *   has claimed the state folder
 */
async function prepare(command, report) {
  const isolatedState = isolatedStates[command]?.();
  if (isolatedState !== undefined) isolateEnvironment(isolatedState);
  let settings = readSettings();
  if (command === 'demo' && runningStack(settings))
    return { node: await providePackages(settings, report), ownsState: false };

  const leftovers = await claimState(settings);
  process.on('exit', () => releaseState(settings));
  if (leftovers.length > 0) report.note(`Ended processes of an earlier run: ${leftovers.join(', ')}`);
  if (isolatedState !== undefined) {
    Object.assign(process.env, await claimFreePorts());
    settings = readSettings();
    emptyState(settings);
  }
  await assertPortsFree(settings);

  const args = process.argv.slice(2);
  const plan = command === 'test' ? readPlan(args) : undefined;
  const jars = jarSets(settings, command, args);
  if (jars.length > 0) await requireJava();
  if (plan) await requireTools(settings, plan);
  const [node] = await Promise.all([
    provideNode(settings, report, command),
    ...goSets(settings, command, args).map((set) => provideGoBinaries(settings, report, set)),
    ...jars.map((set) => provideJars(settings, report, set)),
  ]);
  return { node, ownsState: true };
}

/**
 * Installs the npm packages. With keys in a token, also builds pkcs11js; the tests always use a token.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @param {Command} command
 * @returns {Promise<string>} path of the Node for the second stage
 */
async function provideNode(settings, report, command) {
  // First, because npm needs the compiler to build pkcs11js.
  const plan = command === 'test' ? readPlan(process.argv.slice(2)) : undefined;
  await provideDebianPackages(settings, report, {
    tests: plan !== undefined,
    native: plan !== undefined && !hasPkcs11(settings),
    admission: plan?.offStack.includes('admission'),
    image: plan?.onStack.includes('image'),
    cluster: settings.cluster || plan?.onCluster.includes('cluster'),
    compose: plan?.besideEngines.includes('compose'),
    kubernetes: plan?.onNode.includes('kubernetes'),
  });
  // After it, because apt-get runs once at a time.
  if (plan?.offStack.includes('contract')) await providePromtool(settings, report);
  const node = await providePackages(settings, report);
  if (plan || wantsPkcs11()) await providePkcs11(settings, report);
  return node;
}

/**
 * Without a name, or with `--help`, the benchmarks are listed.
 * @param {string | undefined} name
 */
function requireBenchmark(name) {
  if (name !== undefined && !name.startsWith('-') && !Object.hasOwn(benchmarks, name))
    throw unknownName('benchmark', name, Object.keys(benchmarks));
}

/**
 * Sets the environment of a stack next to a developer's stack: its own state folder, and no external servers.
 * @param {string} state
 */
function isolateEnvironment(state) {
  const { env } = process;
  env.RESEAL_STATE = state;
  env.RESEAL_ENV = 'test';
  for (const key of ['RESEAL_POSTGRES_URL', 'RESEAL_TEMPORAL_ADDRESS', 'RESEAL_KAFKA_BROKERS'])
    delete env[key];
}

/**
 * Empties the state folder, so that each run starts from nothing. Until then, files of the last run can be inspected.
 * @param {Settings} settings
 */
function emptyState({ state, run }) {
  for (const name of fs.readdirSync(state)) {
    const entry = path.join(state, name);
    if (entry !== run) fs.rmSync(entry, { recursive: true, force: true });
  }
}

/**
 * Runs the second stage and exits with its code.
 * @param {Command} command
 * @param {string} node
 * @param {boolean} ownsState
 */
async function handOver(command, node, ownsState) {
  const script = fileURLToPath(new URL(`commands/${command}.mjs`, import.meta.url));
  // kafkajs 2.2 sets negative timeouts, of which Node 24 warns once in each process.
  const args = ['--disable-warning=TimeoutNegativeWarning', script, ...process.argv.slice(2)];
  // In its own process group, so that a Ctrl-C in the terminal reaches it once, through this process. The IPC channel
  // closes when this process ends.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], detached: true });
  for (const signal of stopSignals) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...result) => resolve(result));
  });
  // A second stage that crashed has left processes.
  if (ownsState) await endLeftovers(readSettings());
  process.exit(signal ? 1 : code);
}
