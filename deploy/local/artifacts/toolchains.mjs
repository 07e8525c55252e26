import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from '../lib/errors.mjs';

/** @import { GoSet } from '../types.js' */

const run = promisify(execFile);

const javaAlternative = 'or set RESEAL_KAFKA_BROKERS to use a Kafka that runs already';

/**
 * @param {GoSet} set to build
 * @throws {Refusal} if Go is missing or too old for it
 */
export async function requireGo({ title, module, alternative }) {
  let found;
  try {
    // In the module's folder, Go compares its version with go.mod. It may download a newer toolchain if that is allowed.
    const { stdout } = await run('go', ['version'], { cwd: module });
    if (Number(/go1\.(\d+)/.exec(stdout)?.[1]) >= 26) return;
    found = stdout; // before 1.21, Go did not compare
  } catch (error) {
    const { code, stderr } = /** @type {NodeJS.ErrnoException & {stderr: string}} */ (error);
    found = code === 'ENOENT' ? 'go: not found' : stderr;
  }
  throw new Refusal(
    `Go 1.26 is needed to build ${title} (${found.trim()}): install it${alternative ? `, or ${alternative}` : ''}.`,
  );
}

/** The `java` to run: the one in JAVA_HOME, if set. */
export const java = () => (process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java');

/** @throws {Refusal} if Java is missing or too old for Kafka */
export async function requireJava() {
  let version = 'not found';
  try {
    version =
      /version "([^"]+)"/.exec((await run(java(), ['-version'])).stderr)?.[1] ?? 'of an unknown version';
  } catch {
    // There is no java.
  }
  if (Number.parseInt(version, 10) >= 17) return;
  throw new Refusal(`Java 17 is needed to run Kafka (java: ${version}): install it, ${javaAlternative}.`);
}
