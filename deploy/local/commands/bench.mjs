import path from 'node:path';
import { goBinaries, provideGoBinaries } from '../artifacts/go-binaries.mjs';
import { runInForeground } from '../lib/commands.mjs';
import { rivals } from '../lib/go-sets.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { readSettings } from '../lib/settings.mjs';
import { buildAll, buildTools } from '../stack/build.mjs';
import { serveControl } from '../stack/control.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';

// Standard output is the benchmark's alone, so that `--json` can be piped on.
const report = new ProgressReport(process.stderr);
/** Those that measure the whole and not a part. */
const onWholeStack = ['password', 'identity', 'page', 'storm'];
const settings = readSettings();
const args = process.argv.slice(2);
const binary = (name) => path.join(goBinaries(settings, rivals), name);

try {
  await buildAll({ settings, report });
  await buildTools({ settings, report });
  if (wantsRivals()) await provideGoBinaries(settings, report, rivals);
} catch (error) {
  report.failed(error.message);
  process.exit(1);
}
process.exit(await (wantsDatabase() ? withParts(run) : run(process.env)));

/** The usage needs nothing. */
function wantsDatabase() {
  return args.length > 0 && !args.includes('--help');
}

/** They take minutes to build: only for what compares with them. */
function wantsRivals() {
  if (args[0] !== 'sign' || !wantsDatabase()) return false;
  const only = args.find((arg, index) => arg.startsWith('--only=') || args[index - 1] === '--only');
  return only === undefined || Object.keys(rivals.binaries).some((name) => only.includes(name));
}

/** Where what is measured is a part, it has of the stack PostgreSQL, as the apps have it. */
function withParts(use) {
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
    () => (onWholeStack.includes(args[0]) ? stack.start() : stack.startDatabase()),
  );
}

function run(env) {
  const script = path.join(settings.root, 'dist-tools/test/bench/main.js');
  const programs = { RESEAL_STEP_CA: binary('step-ca'), RESEAL_CFSSL: binary('cfssl') };
  const flags = ['--enable-source-maps', '--disable-warning=ExperimentalWarning'];
  return runInForeground(process.execPath, [...flags, script, ...args], {
    cwd: settings.root,
    env: { ...env, ...programs },
  });
}
