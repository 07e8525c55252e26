import fs from 'node:fs';
import path from 'node:path';
import { runBesideEngines } from '../../compose/ci/run.mjs';
import { runOnNode } from '../../kubernetes-ci/run-on-node.mjs';
import { customResources } from '../artifacts/custom-resources.mjs';
import { goBinaries } from '../artifacts/go-binaries.mjs';
import { classPath } from '../artifacts/maven.mjs';
import { promtoolPath } from '../artifacts/promtool.mjs';
import { pythonOf } from '../artifacts/python-environments.mjs';
import { endCommands, runAside, runInForeground } from '../lib/commands.mjs';
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
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
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
  const options = { cwd: settings.root, env: pathWithTools(), priority: lowest };
  const code = await runBeside(name, 'npm', ['run', '--silent', name], options);
  if (interrupted) return;
  totals.addCheck(name, code === 0);
  if (code === 0) report.done(name, since);
  else report.failed(name);
}

/**
 * Runs a command on the terminal or, in the background, prints its output after it has ended.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd: string, env: Environment, stdio?: ('ignore' | 'inherit')[], priority?: number}} options
 */
async function runBeside(name, command, args, options) {
  if (!inBackground) return runInForeground(command, args, { ...options, priority: 0 });
  const log = path.join(settings.state, 'results', `${name}.log`);
  const code = await runAside(command, args, { ...options, log });
  if (!interrupted) report.line(fs.readFileSync(log, 'utf8').trimEnd());
  return code;
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
  const command = [
    inRoot('jest/bin/jest.js'),
    ...['--selectProjects', group, '--passWithNoTests', '--json', '--outputFile', result],
  ];
  // Jest prints the JSON to standard output too. Its reporters write to standard error.
  /** @type {('ignore' | 'inherit')[]} */
  const stdio = ['ignore', 'ignore', 'inherit'];
  const options = { cwd: settings.root, env, stdio };
  const besideOthers = inBackground && (plan.offStack.includes(group) || isSeparate(group));
  if (!besideOthers) {
    report.line();
    report.note(`Tests: ${group}`);
  }
  const run = () => {
    fs.rmSync(result, { force: true });
    if (plan.offStack.includes(group))
      return runBeside(group, process.execPath, [...command, ...plan.jestArgs], {
        ...options,
        priority: lowest,
      });
    const atOnce = isSeparate(group) && !besideOthers ? '--maxWorkers=2' : '--runInBand';
    const args = [...command, atOnce, ...plan.jestArgs];
    if (isSeparate(group)) return runBeside(group, process.execPath, args, options);
    const inNamespaces = [process.execPath, ...args];
    if (plan.onNode.includes(group)) return runOnNode(settings, report, inNamespaces, options);
    if (plan.besideEngines.includes(group)) return runBesideEngines(settings, report, inNamespaces, options);
    return runInForeground(process.execPath, args, options);
  };
  let code = await run();
  // Without a result no test has failed: Jest itself has crashed, which native modules in its process can cause.
  if (!fs.existsSync(result) && !interrupted) {
    report.failed(`Jest ended with ${code} and left no result for ${group}. It runs once more.`);
    code = await run();
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
    if (inBackground) offStack ??= separate.then(runOffStack);
    for (const group of groups.filter((name) => !isSeparate(name))) {
      // Faults end the servers that the separate groups use, too.
      if (group === 'faults') await separate;
      await runJest(group, env);
    }
    // The stack ends all commands that still run when it stops.
    await Promise.all([separate, offStack]);
    control.close();
    return 0;
  });
  if (code !== 0) totals.addCheck('stack', false);
}
