import { fileURLToPath } from 'node:url';

const lockFile = (folder) => fileURLToPath(new URL(`../${folder}/jars.lock.json`, import.meta.url));

export const kafkaJars = { title: 'Kafka', lockFile: lockFile('kafka') };
export const testServerJars = {
  title: "Temporal's time-skipping test server",
  lockFile: lockFile('temporal-test-server'),
};

/** The jars a command needs. */
export const jarSets = ({ external }, command) => [
  ...(external.kafka || command === 'bench' ? [] : [kafkaJars]),
  ...(command === 'test' ? [testServerJars] : []),
];
