import { readJson } from '../lib/files.mjs';

/** Adds up what checks and Jest runs say, and prints it in Jest's usual form. */
export class Totals {
  #since = Date.now();
  #checks = { passed: 0, failed: 0 };
  #suites = { failed: 0, skipped: 0, passed: 0, total: 0 };
  #tests = { failed: 0, skipped: 0, todo: 0, passed: 0, total: 0 };
  #failures = [];

  get failed() {
    return this.#failures.length > 0;
  }

  /** Counts a check that is no Jest test. */
  addCheck(name, passed) {
    this.#checks[passed ? 'passed' : 'failed'] += 1;
    if (!passed) this.#failures.push(name);
  }

  /**
   * Counts one Jest run.
   * @param {string} group
   * @param {string} resultFile what Jest wrote with --json --outputFile
   * @param {number} exitCode fails the group even where Jest counted no failed test (a suite that did not load)
   */
  addJestRun(group, resultFile, exitCode) {
    const result = readJson(resultFile);
    if (!result) {
      this.addCheck(`${group} (Jest ended with ${exitCode} and left no result)`, false);
      return;
    }
    this.#suites.failed += result.numFailedTestSuites;
    this.#suites.skipped += result.numPendingTestSuites;
    this.#suites.passed += result.numPassedTestSuites;
    this.#suites.total += result.numTotalTestSuites;
    this.#tests.failed += result.numFailedTests;
    this.#tests.skipped += result.numPendingTests;
    this.#tests.todo += result.numTodoTests;
    this.#tests.passed += result.numPassedTests;
    this.#tests.total += result.numTotalTests;
    const failed = result.testResults.flatMap(({ assertionResults, name, message }) => {
      const tests = assertionResults.filter(({ status }) => status === 'failed');
      if (tests.length === 0 && message && assertionResults.length === 0) return [`${name} did not run`];
      return tests.map(({ fullName }) => fullName);
    });
    this.#failures.push(...failed.map((name) => `${group}: ${name}`));
    const notRun = failed.filter((name) => name.endsWith(' did not run')).length;
    this.#checks.failed += notRun;
    if (exitCode !== 0 && failed.length === 0) this.addCheck(`${group} (Jest ended with ${exitCode})`, false);
  }

  /** @param {(line: string) => void} print */
  print(print) {
    const { passed, failed } = this.#checks;
    print('');
    if (this.#failures.length > 0) {
      print('Failed:');
      for (const name of this.#failures) print(`  ✗ ${name}`);
      print('');
    }
    if (passed + failed > 0) print(`Checks:      ${counts({ failed, passed, total: passed + failed })}`);
    print(`Test Suites: ${counts(this.#suites)}`);
    print(`Tests:       ${counts(this.#tests)}`);
    print(`Time:        ${((Date.now() - this.#since) / 1000).toFixed(1)} s`);
    print('');
    print(`${passed + this.#tests.passed} passed, ${failed + this.#tests.failed} failed`);
  }
}

const counts = (numbers) =>
  Object.entries(numbers)
    .filter(([name, count]) => count > 0 || name === 'total')
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
