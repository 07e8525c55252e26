import { topics } from '#libs/contracts';
import type { ITopicConfig } from 'kafkajs';

const dayMs = 24 * 3_600_000;

/** Events of one key are in one partition. A change would move keys, and so break their order. */
export const defaultPartitions = 6;
/** How long Kafka keeps events of reissues and certificates in a topic that is created here. */
const defaultRetentionDays = 30;

/**
 * The settings that a topic must have. Compaction would keep only the newest event of a key. Checkpoints are proofs of the
 * audit log, so that Kafka never deletes them.
 *
 * @param retentionDays of the other topics; undefined if theirs stays as it is
 */
export const topicSettings = (
  topic: string,
  retentionDays: number | undefined,
): Readonly<Record<string, string>> => {
  const days = topic === topics.audit ? Infinity : retentionDays;
  return {
    'cleanup.policy': 'delete',
    ...(days === undefined ? {} : { 'retention.ms': days === Infinity ? '-1' : String(days * dayMs) }),
  };
};

/** A topic to be created. @param replicas -1 for the broker's default */
export const topicToCreate = (
  topic: string,
  { partitions = defaultPartitions, replicas = -1, retentionDays = defaultRetentionDays } = {},
): ITopicConfig => ({
  topic,
  numPartitions: partitions,
  replicationFactor: replicas,
  configEntries: Object.entries(topicSettings(topic, retentionDays)).map(([name, value]) => ({
    name,
    value,
  })),
});
