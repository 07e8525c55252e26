import { topics } from '#libs/contracts';
import type { RoleDatabase } from '#libs/db';
import { PostgresLeadership, type LoopTiming } from '#libs/db/leadership';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { KafkaAccess } from './kafka-client.js';
import { KafkaPublisher } from './kafka.js';
import { createOutbox } from './outbox.js';
import { EventRelay } from './relay.js';

export interface EventRelayOptions extends KafkaAccess {
  /** For the connection that holds the lock. */
  readonly databaseUrl: string;
  readonly db: RoleDatabase<'worker'>;
  /** `source` of the CloudEvents, a URI reference. */
  readonly source: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timing?: Partial<LoopTiming>;
  /** Throws while this process must not work. */
  readonly admit?: () => void;
}

/** Creates the relay from the event table to Kafka. PostgreSQL and Kafka may be down when it starts. */
export function createEventRelay(options: EventRelayOptions): EventRelay {
  const { databaseUrl, db, brokers, credentials, route, logger, admit, ...rest } = options;
  return new EventRelay({
    ...rest,
    logger,
    outbox: createOutbox(db),
    publisher: new KafkaPublisher({
      brokers,
      credentials,
      route,
      clientId: 'reseal-relay',
      topics: Object.values(topics),
      logger,
    }),
    leadership: new PostgresLeadership({
      databaseUrl,
      name: 'reseal-event-relay',
      channel: 'reseal_event',
      admit,
    }),
  });
}
