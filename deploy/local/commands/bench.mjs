import path from 'node:path';
import { goBinaries, provideGoBinaries } from '../artifacts/go-binaries.mjs';
import { runInForeground } from '../lib/commands.mjs';
import { messageOf } from '../lib/errors.mjs';
import { rivals } from '../lib/go-sets.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { readSettings } from '../lib/settings.mjs';
import { runsWholeStack } from '../lib/benchmarks.mjs';
import { buildAll, buildTools } from '../stack/build.mjs';
import { serveControl } from '../stack/control.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';

/** @import { Environment, Settings } from '../types.js' */

// Progress goes to standard error, so that the output of `--json` can be piped.
const report = new ProgressReport(process.stderr);
const settings = settingsFor(process.argv[2]);
const args = process.argv.slice(2);
/** @param {string} name */
const binary = (name) => path.join(goBinaries(settings, rivals), name);

try {
  await buildAll({ settings, report });
  await buildTools({ settings, report });
  if (wantsRivals()) await provideGoBinaries(settings, report, rivals);
} catch (error) {
  report.failed(messageOf(error));
  process.exit(1);
}
process.exit(await (wantsDatabase() ? withDatabase(run) : run(process.env)));

/**
 * A stack whose cost is measured has the intervals of production, not those of tests.
 * @param {string | undefined} name of the benchmark
 * @returns {Settings}
 */
function settingsFor(name) {
  const settings = readSettings();
  return ['growth', 'reissue'].includes(name ?? '')
    ? { ...settings, environment: 'development', countStatements: true }
    : settings;
}

/** Without a name or with --help, a benchmark prints its usage only. */
function wantsDatabase() {
  return args.length > 0 && !args.includes('--help');
}

/** The other CAs take minutes to build, so they are built only for cases that compare with them. */
function wantsRivals() {
  if (args[0] !== 'sign' || !wantsDatabase()) return false;
  const only = args.find((arg, index) => arg.startsWith('--only=') || args[index - 1] === '--only');
  return only === undefined || Object.keys(rivals.binaries).some((name) => only.includes(name));
}

/**
 * Runs a benchmark on a stack, or on its PostgreSQL if the benchmark measures one part.
 * @param {(env: Environment) => Promise<number>} use
 * @returns {Promise<number>} the exit code
 */
function withDatabase(use) {
  const stack = new Stack(settings, report);
  const env = { ...process.env, RESEAL_STATE: settings.state };
  return withStack(
    stack,
    report,
    async () => {
      const control = await serveControl(stack);
      const code = await use({ ...env, ...stack.clientEnvironment, RESEAL_STACK_CONTROL: control.url });
      control.close();
      return code;
    },
    () => (runsWholeStack('bench', args) ? stack.start() : stack.startDatabase()),
  );
}

/** @param {Environment} env */
function run(env) {
  const script = path.join(settings.root, 'dist-tools/test/bench/main.js');
  const programs = { RESEAL_STEP_CA: binary('step-ca'), RESEAL_CFSSL: binary('cfssl') };
  const flags = ['--enable-source-maps', '--disable-warning=ExperimentalWarning'];
  return runInForeground(process.execPath, [...flags, script, ...args], {
    cwd: settings.root,
    env: { ...env, ...programs },
  });
}
