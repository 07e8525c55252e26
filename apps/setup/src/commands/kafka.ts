import { count, customerEventsConfig, kafkaConfig, loadConfig } from '#libs/config';
import { defaultPartitions, kafkaCredentialsOf, planTopics } from '#libs/events';
import { z } from 'zod';
import type { SetupCommand } from '../command.js';
import { retentionDays } from '../config.js';
import { runPlan } from '../steps.js';

export const kafkaSetupConfig = z.object({
  ...kafkaConfig,
  ...customerEventsConfig,
  kafkaPartitions: count(defaultPartitions, { min: 1, max: 1_000 }).describe(
    'Number of partitions of a topic that `setup kafka` creates.',
  ),
  kafkaReplicas: count(0, { min: 0, max: 9 }).describe(
    "Number of copies of a topic that `setup kafka` creates. 0: the broker's default.",
  ),
  kafkaRetentionDays: retentionDays().describe(
    'How long Kafka keeps the events of reissues and certificates. By default 30 days in a new topic; an existing one stays as it is. Checkpoints of the audit log are never deleted.',
  ),
});

/** Topics with their partitions, replicas and retention. */
export const kafkaCommand: SetupCommand = {
  server: {
    name: 'Kafka',
    caused: ({ name }) => name.startsWith('KafkaJS'),
    remedy: (error) =>
      /AUTHORIZATION_FAILED/.test(String((error as Error & { type?: unknown }).type))
        ? 'Give the user of RESEAL_KAFKA_* the rights Create, Describe, DescribeConfigs and AlterConfigs on the topics.'
        : undefined,
  },
  async run(options) {
    const { kafkaBrokers: brokers, ...config } = loadConfig(kafkaSetupConfig, options.env);
    const plan = await planTopics(
      { brokers, credentials: kafkaCredentialsOf(config) },
      {
        partitions: config.kafkaPartitions,
        replicas: config.kafkaReplicas,
        retentionDays: config.kafkaRetentionDays,
      },
      {
        // The bank's own topic: it is created if the bank has not, and never changed.
        onlyCreated:
          config.customerEventsTopic === undefined
            ? []
            : [config.customerEventsTopic, config.customerEventsDeadLetterTopic],
      },
    );
    await runPlan('kafka', plan, options);
  },
};
