import { readJson } from '../lib/files.mjs';

/**
 * The part of Jest's JSON results that is counted.
 * @typedef {object} JestResult
 * @property {number} numFailedTestSuites
 * @property {number} numPendingTestSuites
 * @property {number} numPassedTestSuites
 * @property {number} numTotalTestSuites
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {number} numPassedTests
 * @property {number} numTotalTests
 * @property {{name: string, message: string, assertionResults: {status: string, fullName: string}[]}[]} testResults
 */

/** Adds up the results of checks and Jest runs, and prints them in Jest's form. */
export class Totals {
  #since = Date.now();
  #checks = { passed: 0, failed: 0 };
  #suites = { failed: 0, skipped: 0, passed: 0, total: 0 };
  #tests = { failed: 0, skipped: 0, todo: 0, passed: 0, total: 0 };
  /** @type {string[]} */
  #failures = [];

  get failed() {
    return this.#failures.length > 0;
  }

  /**
   * Counts a check that is not a Jest test.
   * @param {string} name
   * @param {boolean} passed
   */
  addCheck(name, passed) {
    this.#checks[passed ? 'passed' : 'failed'] += 1;
    if (!passed) this.#failures.push(name);
  }

  /**
   * Counts one Jest run.
   * @param {string} group
   * @param {string} resultFile Jest's result file (--json --outputFile)
   * @param {number} exitCode if not 0, the group has failed, even without a failed test (a suite may not have loaded)
   */
  addJestRun(group, resultFile, exitCode) {
    /** @type {JestResult | undefined} */
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

/** @param {Record<string, number>} numbers */
const counts = (numbers) =>
  Object.entries(numbers)
    .filter(([name, count]) => count > 0 || name === 'total')
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
