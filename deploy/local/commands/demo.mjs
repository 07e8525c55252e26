import { runningStack } from '../lib/instance.mjs';
import { ProgressReport } from '../lib/progress-report.mjs';
import { readSettings } from '../lib/settings.mjs';
import { provideSamplePeople, runDemo } from '../stack/samples.mjs';
import { Stack } from '../stack/stack.mjs';
import { withStack } from '../stack/with-stack.mjs';

// Standard output is the demo's alone, so that `--json` can be piped on.
const report = new ProgressReport(process.stderr);
const settings = readSettings();
const args = process.argv.slice(2);
const running = runningStack(settings);

process.exit(running ? await runDemo(settings, running.environment, args) : await bootAndRun());

function bootAndRun() {
  const stack = new Stack(settings, report);
  return withStack(stack, report, async () => {
    await provideSamplePeople(stack, report);
    return runDemo(settings, stack.clientEnvironment, args);
  });
}
