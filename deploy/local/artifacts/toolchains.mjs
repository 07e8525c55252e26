import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from '../lib/refusal.mjs';

const run = promisify(execFile);

const javaAlternative = 'or set RESEAL_KAFKA_BROKERS to use a Kafka that runs already';

/**
 * @param {import('./go-binaries.mjs').GoSet} set what is to be built
 * @throws {Refusal} when the Go that builds it is missing or too old
 */
export async function requireGo({ title, module, alternative }) {
  let found;
  try {
    // In the module's folder Go itself compares its version with go.mod (and may fetch a newer toolchain, if allowed).
    const { stdout } = await run('go', ['version'], { cwd: module });
    if (Number(/go1\.(\d+)/.exec(stdout)?.[1]) >= 26) return;
    found = stdout; // before 1.21 it compared nothing
  } catch (error) {
    found = error.code === 'ENOENT' ? 'go: not found' : error.stderr;
  }
  throw new Refusal(
    `Go 1.26 is needed to build ${title} (${found.trim()}): install it${alternative ? `, or ${alternative}` : ''}.`,
  );
}

/** The `java` to run: JAVA_HOME's where set. */
export const java = () => (process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java');

/** @throws {Refusal} when the Java that runs Kafka is missing or too old */
export async function requireJava() {
  let version = 'not found';
  try {
    version =
      /version "([^"]+)"/.exec((await run(java(), ['-version'])).stderr)?.[1] ?? 'of an unknown version';
  } catch {
    // Stays "not found".
  }
  if (Number.parseInt(version, 10) >= 17) return;
  throw new Refusal(`Java 17 is needed to run Kafka (java: ${version}): install it, ${javaAlternative}.`);
}
