import { fileURLToPath } from 'node:url';
import { runsWholeStack } from './benchmarks.mjs';

/** @import { Command, JarSet, Settings } from '../types.js' */

/** @param {string} folder */
const lockFile = (folder) => fileURLToPath(new URL(`../${folder}/jars.lock.json`, import.meta.url));

/** @type {JarSet} */
export const kafkaJars = { title: 'Kafka', lockFile: lockFile('kafka') };
/** @type {JarSet} */
export const testServerJars = {
  title: "Temporal's time-skipping test server",
  lockFile: lockFile('temporal-test-server'),
};

/** @type {JarSet} */
export const bouncyCastleJars = { title: 'Bouncy Castle', lockFile: lockFile('bouncy-castle') };

/**
 * The jars that a command needs.
 * @param {Pick<Settings, 'external'>} settings
 * @param {Command} command
 * @param {readonly string[]} args that follow the command
 */
export const jarSets = ({ external }, command, args) => [
  ...(!external.kafka && runsWholeStack(command, args) ? [kafkaJars] : []),
  ...(command === 'test' ? [testServerJars, bouncyCastleJars] : []),
];
