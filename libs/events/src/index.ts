export { certificateEvent, checkpointEvent, standaloneCertificateEvent, reissueEvent } from './build.js';
export { cloudEvent } from './cloud-event.js';
export { createEventRelay } from './create-event-relay.js';
/** @public for tests that read topics */
export { createKafka } from './kafka-client.js';
export { kafkaCredentialsOf } from './kafka-credentials.js';
export { KafkaPublisher } from './kafka.js';
export { EventRelay } from './relay.js';
export { registerRelayMetrics } from './relay-metrics.js';
export { readPublished } from './read-published.js';
export type { PublishedEvent } from './read-published.js';
export { planTopics } from './plan-topics.js';
export { defaultPartitions } from './topics.js';
export { CustomerEventConsumer } from './received/customer-event-consumer.js';
export type { CustomerEventConsumerOptions } from './received/customer-event-consumer.js';
export { CustomerEventMetrics } from './received/customer-event-metrics.js';
