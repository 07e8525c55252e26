import { messageOf } from '../lib/errors.mjs';
import { runningStack } from '../lib/instance.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { readSettings } from '../lib/settings.mjs';
import { buildAll } from '../stack/build.mjs';
import { provideSamplePeople, runDemo } from '../stack/samples.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';

/** @import { PublishedStack } from '../types.js' */

// Progress goes to standard error, so that the output of `--json` can be piped.
const report = new ProgressReport(process.stderr);
const settings = readSettings();
const args = process.argv.slice(2).filter((arg) => arg !== '--tls');
const running = runningStack(settings);

process.exit(running ? await runOn(running) : await bootAndRun());

/** @param {PublishedStack} stack */
async function runOn(stack) {
  try {
    await buildAll({ settings, report });
    return await runDemo({ settings, report }, stack.environment, args);
  } catch (error) {
    report.failed(messageOf(error));
    return 1;
  }
}

function bootAndRun() {
  const stack = new Stack(settings, report);
  return withStack(stack, report, async () => {
    await provideSamplePeople(stack, report);
    return runDemo({ settings, report }, stack.clientEnvironment, args);
  });
}
