import { runningStack } from '../lib/instance.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { readSettings } from '../lib/settings.mjs';
import { buildAll } from '../stack/build.mjs';
import { provideSamplePeople, runDemo } from '../stack/samples.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';

// Standard output is the demo's alone, so that `--json` can be piped on.
const report = new ProgressReport(process.stderr);
const settings = readSettings();
const args = process.argv.slice(2);
const running = runningStack(settings);

process.exit(running ? await runOnRunningStack() : await bootAndRun());

async function runOnRunningStack() {
  try {
    await buildAll({ settings, report });
    return await runDemo({ settings, report }, running.environment, args);
  } catch (error) {
    report.failed(error.message);
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
