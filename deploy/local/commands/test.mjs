import fs from 'node:fs';
import path from 'node:path';
import { runBesideEngines } from '../../compose/ci/run.mjs';
import { runOnNode } from '../../kubernetes-ci/run-on-node.mjs';
import { customResources } from '../artifacts/custom-resources.mjs';
import { goBinaries } from '../artifacts/go-binaries.mjs';
import { classPath } from '../artifacts/maven.mjs';
import { promtoolPath } from '../artifacts/promtool.mjs';
import { pythonOf } from '../artifacts/python-environments.mjs';
import { endCommands, runInForeground } from '../lib/commands.mjs';
import { helm, kubernetesApi, oasdiff, zlint } from '../lib/go-sets.mjs';
import { bouncyCastleJars } from '../lib/jar-sets.mjs';
import { followLogs } from '../lib/logs.mjs';
import { descriptionOf, messageOf } from '../lib/errors.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { openApiPythonClient, pkilint, pypinksign } from '../lib/python-sets.mjs';
import { clusterSettings, readSettings } from '../lib/settings.mjs';
import { serveControl } from '../stack/control.mjs';
import { provideSamplePeople } from '../stack/samples.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';
import { readPlan } from '../testing/plan.mjs';
import { provideTestServer } from '../testing/test-server.mjs';
import { provideTools } from '../testing/tools.mjs';
import { Totals } from '../testing/totals.mjs';

/** @import { Environment, Settings } from '../types.js' */

const settings = readSettings();
const report = new ProgressReport();
const totals = new Totals();
const plan = readPlanOrExit();
/** @param {string} script */
const inRoot = (script) => path.join(settings.root, 'node_modules', script);

let interrupted = false;
/** @type {Set<string>} names of checks and groups, for the report of an interruption */
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (!interrupted && running.size > 0) report.failed(`Interrupted in ${[...running].join(', ')}`);
    interrupted = true;
    endCommands();
  });

const environment = {
  ...process.env,
  RESEAL_STATE: settings.state,
  // Tests record here the secrets that they use. The canary test searches for them everywhere.
  RESEAL_CANARIES: path.join(settings.state, 'canaries.jsonl'),
  RESEAL_TEMPORAL_TEST_SERVER: provideTestServer(settings),
  RESEAL_ZLINT: path.join(goBinaries(settings, zlint), 'zlint'),
  RESEAL_OASDIFF: path.join(goBinaries(settings, oasdiff), 'oasdiff'),
  RESEAL_PROMTOOL: promtoolPath(settings),
  RESEAL_HELM: path.join(goBinaries(settings, helm), 'helm'),
  RESEAL_KUBE_APISERVER: path.join(goBinaries(settings, kubernetesApi), 'kube-apiserver'),
  RESEAL_CUSTOM_RESOURCES: customResources(settings),
  RESEAL_PKILINT_PYTHON: pythonOf(settings, pkilint),
  RESEAL_PYPINKSIGN_PYTHON: pythonOf(settings, pypinksign),
  RESEAL_OPENAPI_PYTHON: pythonOf(settings, openApiPythonClient),
  RESEAL_BOUNCY_CASTLE: classPath(settings, bouncyCastleJars.lockFile),
  NODE_OPTIONS:
    '--experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning',
};

/** Leaves the processor to the tests on the shared stack. */
const lowest = 19;
/** Each file of these groups has its own database, topics and queues: they run beside those that share the stack. */
const separateGroups = ['workflow', 'integration'];
/** @param {string} group */
const isSeparate = (group) => separateGroups.includes(group);
/** These groups end the servers that others use, or look at what others left. */
const lateGroups = ['faults', 'versions', 'canary', 'image'];
/** @param {string} group */
const isLate = (group) => lateGroups.includes(group);
/** Tests on the shared stack often wait, so all that does not need it runs at the same time. */
const inBackground = plan.onStack.some((group) => !isSeparate(group));
/** @type {Promise<void> | undefined} */
let offStack = inBackground ? undefined : runOffStack();
await offStack;
if (plan.onStack.length > 0 && !interrupted) await runOnStack(settings, plan.onStack);
await (offStack ?? runOffStack());
if (plan.onCluster.length > 0 && !interrupted) await runOnStack(clusterSettings(settings), plan.onCluster);
for (const group of [...plan.besideEngines, ...plan.onNode]) await runJest(group, environment);
totals.print((line) => report.line(line));
if (interrupted) report.failed('Interrupted');
process.exit(interrupted ? 130 : totals.failed ? 1 : 0);

function readPlanOrExit() {
  try {
    return readPlan(process.argv.slice(2));
  } catch (error) {
    report.failed(messageOf(error));
    process.exit(2);
  }
}

async function runOffStack() {
  for (const check of plan.checks) await runCheck(check);
  if (interrupted) return;
  try {
    await provideTools(settings, report, plan, inBackground ? lowest : 0);
  } catch (error) {
    report.failed(descriptionOf(error));
    totals.addCheck('tools', false);
    return;
  }
  await runInTurn(plan.offStack, environment);
}

/**
 * @param {readonly string[]} groups
 * @param {Environment} env
 */
async function runInTurn(groups, env) {
  for (const group of groups) await runJest(group, env);
}

/** @param {string} name of an npm script */
async function runCheck(name) {
  if (interrupted) return;
  const since = Date.now();
  const options = { cwd: settings.root, env: pathWithTools(), priority: priorityOf(name) };
  const code = await runNamed(name, () => runInForeground('npm', ['run', '--silent', name], options));
  if (interrupted) return;
  totals.addCheck(name, code === 0);
  if (code === 0) report.done(name, since);
  else report.failed(name);
}

/**
 * @param {string} name of a check or a group
 * @param {() => Promise<number>} run
 */
async function runNamed(name, run) {
  running.add(name);
  try {
    return await run();
  } finally {
    running.delete(name);
  }
}

/** @param {string} name of a check or a group */
function priorityOf(name) {
  const beside = plan.checks.includes(name) || plan.offStack.includes(name);
  return inBackground && beside ? lowest : 0;
}

/** npm adds node_modules/.bin to the path itself, but not the folder of this Node. */
function pathWithTools() {
  return { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}` };
}

/**
 * @param {string} group
 * @param {Environment} env
 */
async function runJest(group, env) {
  if (interrupted) return;
  const result = path.join(settings.state, 'results', `${group}.json`);
  fs.mkdirSync(path.dirname(result), { recursive: true });
  const beside = inBackground && (plan.offStack.includes(group) || isSeparate(group));
  const command = [
    inRoot('jest/bin/jest.js'),
    ...['--selectProjects', group, '--passWithNoTests', '--json', '--outputFile', result],
    // A connection that a test left open would keep Jest, and with it the whole run, for ever.
    '--forceExit',
    ...(plan.offStack.includes(group)
      ? []
      : [isSeparate(group) && !beside ? '--maxWorkers=2' : '--runInBand']),
    ...plan.jestArgs,
  ];
  // Jest prints the JSON to standard output too. Its reporters write to standard error.
  /** @type {('ignore' | 'inherit')[]} */
  const stdio = ['ignore', 'ignore', 'inherit'];
  const options = { cwd: settings.root, env, stdio, priority: priorityOf(group) };
  report.line();
  report.note(`Tests: ${group}`);
  const run = () => {
    fs.rmSync(result, { force: true });
    const inNamespaces = [process.execPath, ...command];
    if (plan.onNode.includes(group)) return runOnNode(settings, report, inNamespaces, options);
    if (plan.besideEngines.includes(group)) return runBesideEngines(settings, report, inNamespaces, options);
    return runInForeground(process.execPath, command, options);
  };
  let code = await runNamed(group, run);
  // Without a result no test has failed: Jest itself has crashed, which native modules in its process can cause.
  if (!fs.existsSync(result) && !interrupted) {
    report.failed(`Jest ended with ${code} and left no result for ${group}. It runs once more.`);
    code = await runNamed(group, run);
  }
  if (!interrupted) totals.addJestRun(group, result, code);
}

/**
 * @param {Settings} settings
 * @param {string[]} groups
 */
async function runOnStack(settings, groups) {
  report.line();
  report.note(`Starting the ${settings.cluster ? 'cluster' : 'stack'} for the tests`);
  const stack = new Stack(settings, report);
  if (settings.logToConsole) followLogs(settings.logs);
  const code = await withStack(stack, report, async () => {
    await provideSamplePeople(stack, report);
    const control = await serveControl(stack);
    const addresses = { ...stack.clientEnvironment, RESEAL_STACK_CONTROL: control.url };
    const env = { ...environment, RESEAL_STATE: settings.state, ...addresses };
    const separate = runInTurn(groups.filter(isSeparate), env);
    const early = runInTurn(
      groups.filter((group) => !isSeparate(group) && !isLate(group)),
      env,
    );
    if (inBackground) offStack ??= Promise.race([separate, early]).then(runOffStack);
    await Promise.all([separate, early]);
    await runInTurn(groups.filter(isLate), env);
    // The stack ends all commands that still run when it stops.
    await offStack;
    control.close();
    return 0;
  });
  if (code !== 0) totals.addCheck('stack', false);
}
