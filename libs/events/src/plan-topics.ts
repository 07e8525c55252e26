import { setTimeout as delay } from 'node:timers/promises';
import { topics } from '#libs/contracts';
import kafkajs, { logLevel, type Admin, type ConfigResourceTypes, type ConfigSource } from 'kafkajs';
import { createKafka, type KafkaAccess } from './kafka-client.js';
import { topicSettings, topicToCreate } from './topics.js';

/** A change that a topic needs. */
interface TopicStep {
  /** In the imperative. */
  readonly what: string;
  run(): Promise<void>;
}

export interface TopicPlan {
  readonly steps: readonly TopicStep[];
  /** Differences that stay as they are. */
  readonly warnings: readonly string[];
  /** Closes the connection, which the steps use. */
  close(): Promise<void>;
}

interface TopicLayout {
  readonly partitions: number;
  /** 0 for the broker's default. */
  readonly replicas: number;
  /** Of reissues and certificates; undefined: 30 days in a new topic, and an existing one stays as it is. */
  readonly retentionDays?: number | undefined;
}

/** `ConfigResourceTypes.TOPIC`, which kafkajs does not export to ES modules. */
const topicResource = 2 as ConfigResourceTypes.TOPIC;
/** `ConfigSource.TOPIC_CONFIG`: a setting of the topic itself, in place of the broker's. */
const ownSetting = 1 as ConfigSource;

const leadersMs = 60_000;

interface PlannedTopics {
  readonly own?: readonly string[];
  /** Topics that are created if they do not exist, and stay as they are otherwise. */
  readonly onlyCreated?: readonly string[];
}

/** Compares the topics in Kafka with what they must be. The caller closes the plan. */
export async function planTopics(
  access: KafkaAccess,
  layout: TopicLayout,
  { own: names = Object.values(topics), onlyCreated = [] }: PlannedTopics = {},
): Promise<TopicPlan> {
  const { partitions, replicas, retentionDays } = layout;
  const kafka = createKafka(access, {
    clientId: 'reseal-setup',
    logLevel: logLevel.NOTHING,
    retry: { retries: 5, initialRetryTime: 200 },
  });
  const admin = kafka.admin();
  const close = () => admin.disconnect();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const present = names.filter((name) => existing.has(name));
    const creating = [...names, ...onlyCreated]
      .filter((name) => !existing.has(name))
      .map((name) => ({
        what: `create the topic ${name} with ${partitions} partitions`,
        async run() {
          const topic = topicToCreate(name, {
            partitions,
            ...(replicas > 0 && { replicas }),
            ...(retentionDays !== undefined && { retentionDays }),
          });
          await admin.createTopics({ waitForLeaders: false, topics: [topic] });
          await untilLed(admin, name);
        },
      }));
    const steps = [...creating, ...(await settingSteps(admin, present, retentionDays))];
    return { steps, close, warnings: await warningsOf(admin, present, layout) };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/**
 * Waits until the partitions of a new topic have leaders. Brokers may not know the topic at first, which `waitForLeaders` of
 * kafkajs takes for a failure.
 */
async function untilLed(admin: Admin, name: string): Promise<void> {
  const isLed = async () => {
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [name] });
    return found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  };
  for (const end = Date.now() + leadersMs; ; await delay(100))
    try {
      if (await isLed()) return;
      if (Date.now() > end) throw new kafkajs.KafkaJSError(`the topic has no leaders after ${leadersMs} ms`);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
}

/** Sets what topics must have and have not. */
async function settingSteps(
  admin: Admin,
  names: readonly string[],
  retentionDays: number | undefined,
): Promise<TopicStep[]> {
  if (names.length === 0) return [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: topicResource, name })),
  });
  return resources.flatMap(({ resourceName: name, configEntries }) => {
    const missing = Object.entries(topicSettings(name, retentionDays)).filter(
      ([key, value]) => configEntries.find(({ configName }) => configName === key)?.configValue !== value,
    );
    if (missing.length === 0) return [];
    // The request replaces all settings of the topic, so it contains the others, too.
    const own = configEntries
      .filter(({ configSource }) => configSource === ownSetting)
      .map(({ configName, configValue }) => [configName, configValue] as const);
    const entries = [...new Map([...own, ...missing])].map(([key, value]) => ({ name: key, value }));
    return [
      {
        what: `set ${missing.map((pair) => pair.join('=')).join(', ')} on the topic ${name}`,
        async run() {
          const resources = [{ type: topicResource, name, configEntries: entries }];
          await admin.alterConfigs({ validateOnly: false, resources });
        },
      },
    ];
  });
}

async function warningsOf(admin: Admin, present: readonly string[], layout: TopicLayout): Promise<string[]> {
  if (present.length === 0) return [];
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [...present] });
  return found.flatMap(({ name, partitions }) => [
    ...(partitions.length === layout.partitions
      ? []
      : [
          `the topic ${name} has ${partitions.length} partitions, not ${layout.partitions}, and keeps them: events of one key would be in two partitions`,
        ]),
    ...(layout.replicas > 0 && partitions.some(({ replicas }) => replicas.length !== layout.replicas)
      ? [
          `the topic ${name} does not have ${layout.replicas} replicas: reassign its partitions with Kafka's tools`,
        ]
      : []),
  ]);
}
