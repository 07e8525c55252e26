import { messageOf } from '../lib/errors.mjs';
import { runningStack } from '../lib/instance.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { readSettings } from '../lib/settings.mjs';
import { buildAll, buildTools } from '../stack/build.mjs';
import { provideSamplePeople, runDemo } from '../stack/samples.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';

// Progress goes to standard error, so that the output of `--json` can be piped.
const report = new ProgressReport(process.stderr);
const settings = readSettings();
const args = process.argv.slice(2).filter((arg) => !['--tls', '--cluster'].includes(arg));
const running = runningStack(settings);

process.exit(await main());

async function main() {
  try {
    await buildAll({ settings, report });
    // The demo client refuses wrong arguments and prints its usage, so that no stack has to start for that.
    if (running || !(await needsStack()))
      return await runDemo({ settings, report }, running?.environment ?? {}, args);
  } catch (error) {
    report.failed(messageOf(error));
    return 1;
  }
  return bootAndRun();
}

async function needsStack() {
  await buildTools({ settings, report });
  /** @type {{readOptions(args: string[]): {help: boolean}}} */
  const { readOptions } = await import(`${settings.root}/dist-tools/test/demo/options.js`);
  try {
    return !readOptions(args).help;
  } catch {
    return false;
  }
}

function bootAndRun() {
  const stack = new Stack(settings, report);
  return withStack(stack, report, async () => {
    await provideSamplePeople(stack, report);
    return runDemo({ settings, report }, stack.clientEnvironment, args);
  });
}
