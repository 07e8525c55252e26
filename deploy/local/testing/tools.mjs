import { provideCustomResources } from '../artifacts/custom-resources.mjs';
import { provideGoBinaries, requireGoFor } from '../artifacts/go-binaries.mjs';
import { providePython, requirePythonFor } from '../artifacts/python-environments.mjs';
import { goToolSets } from '../lib/go-sets.mjs';
import { pythonSets } from '../lib/python-sets.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Plan, Settings } from '../types.js' */

/**
 * Refuses early what {@link provideTools} could not do later.
 * @param {Settings} settings
 * @param {Plan} plan
 * @throws {Refusal} if a compiler or interpreter is missing or too old
 */
export async function requireTools(settings, plan) {
  for (const set of goToolSets(plan)) await requireGoFor(settings, set);
  for (const set of pythonSets(plan)) await requirePythonFor(settings, set);
}

/**
 * Builds and installs what tests need beside a stack: linters, generators of clients, Helm, Kubernetes. That takes
 * minutes, in which tests on the stack run already.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @param {Plan} plan
 * @param {number} priority of compilers
 */
export async function provideTools(settings, report, plan, priority) {
  await Promise.all([
    ...goToolSets(plan).map((set) => provideGoBinaries(settings, report, set, priority)),
    ...pythonSets(plan).map((set) => providePython(settings, report, set)),
    plan.offStack.includes('admission') ? provideCustomResources(settings, report) : undefined,
  ]);
}
