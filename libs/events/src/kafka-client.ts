import { connect, type Socket } from 'node:net';
import { Kafka, type KafkaConfig } from 'kafkajs';
import type { KafkaCredentials } from './kafka-credentials.js';

interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** How to reach Kafka. */
export interface KafkaAccess {
  /** Bootstrap brokers, as host:port. */
  readonly brokers: readonly string[];
  /** Without them connections are plain and not authenticated. */
  readonly credentials?: KafkaCredentials | undefined;
  /** Maps the advertised address of a broker to the one to connect to, if they differ. */
  readonly route?: ((broker: BrokerAddress) => BrokerAddress) | undefined;
}

const keepAliveInitialDelay = 2_000;

/** Creates a client whose new connections use the current credentials. */
export function createKafka(
  { brokers, credentials, route }: KafkaAccess,
  options: Omit<KafkaConfig, 'brokers'>,
): Kafka {
  const reach = (broker: BrokerAddress, onConnect: () => void): Socket => {
    const address = route?.(broker) ?? broker;
    if (!credentials?.encrypted)
      return connect({ ...address, keepAlive: true, keepAliveInitialDelay }, onConnect);
    const socket = credentials.connect(address, broker.host, onConnect);
    return socket.setKeepAlive(true, keepAliveInitialDelay);
  };
  return new Kafka({
    ...options,
    brokers: [...brokers],
    socketFactory: ({ host, port, onConnect }) => reach({ host, port }, onConnect),
    ...(credentials?.sasl && { sasl: credentials.sasl }),
  });
}
