import { topics } from '#libs/contracts';
import type { ITopicConfig } from 'kafkajs';

/** Checkpoints are proofs of the audit log, so that Kafka never deletes them. */
const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [topics.audit]: { 'retention.ms': '-1' },
};

/** The settings that a topic must have, by name. */
export const topicSettings = (topic: string): Readonly<Record<string, string>> => settings[topic] ?? {};

/** Events of one key are in one partition. A change would move keys, and so break their order. */
export const defaultPartitions = 6;

/** A topic to be created. @param replicas -1 for the broker's default */
export const topicToCreate = (
  topic: string,
  { partitions = defaultPartitions, replicas = -1 } = {},
): ITopicConfig => ({
  topic,
  numPartitions: partitions,
  replicationFactor: replicas,
  configEntries: Object.entries(topicSettings(topic)).map(([name, value]) => ({ name, value })),
});
