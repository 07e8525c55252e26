import path from 'node:path';
import { classPath } from '../artifacts/maven.mjs';
import { java } from '../artifacts/toolchains.mjs';
import { readJson, writeFileAtomically } from '../lib/files.mjs';
import { testServerJars } from '../lib/jar-sets.mjs';

/** @import { Settings } from '../types.js' */

/**
 * Writes a script that runs Temporal's time-skipping test server, because the SDK's test environment takes one executable.
 * @param {Settings} settings
 * @returns {string} its path
 */
export function provideTestServer(settings) {
  const file = path.join(settings.state, 'temporal-test-server');
  const { main } = readJson(testServerJars.lockFile);
  const run = `exec '${java()}' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '${classPath(settings, testServerJars.lockFile)}'`;
  writeFileAtomically(file, `#!/bin/sh\n${run} ${main} "$@"\n`, { mode: 0o755 });
  return file;
}
