import { customerEventTypes } from './customer-events.js';
import { eventExamples } from './event-examples.js';
import { dataSchemaOf, eventDataSchemas, receivedDataSchemas } from './event-schemas.js';
import { auditEventTypes, certificateEventTypes, reissueEventTypes, topics } from './events.js';

interface Topic {
  /** Whether Reseal sends the messages of the topic, or receives them. */
  readonly action: 'send' | 'receive';
  readonly address: string;
  readonly description: string;
  readonly keyDescription: string;
  readonly types: readonly string[];
  readonly dataSchema: string;
}

const documentedTopics: Readonly<Record<keyof typeof topics | 'customer', Topic>> = {
  reissue: {
    action: 'send',
    address: topics.reissue,
    description: 'Every change of state of a reissue, in order per reissue.',
    keyDescription: 'The id of the reissue.',
    types: reissueEventTypes,
    dataSchema: 'ReissueEventData',
  },
  certificate: {
    action: 'send',
    address: topics.certificate,
    description:
      'Every change of state of a certificate, in order per reissue that caused it, or per certificate if none did. Its expiry is announced before it and on the day after, in the order of the certificate.',
    keyDescription: 'The serial of the certificate, hexadecimal.',
    types: certificateEventTypes,
    dataSchema: 'CertificateEventData',
  },
  audit: {
    action: 'send',
    address: topics.audit,
    description:
      'Signed checkpoints of the audit log. A system that keeps them detects any later change of the log.',
    keyDescription: 'The name of the log.',
    types: auditEventTypes,
    dataSchema: 'AuditEventData',
  },
  customer: {
    action: 'receive',
    address: 'bank.customer',
    description:
      'What the bank reports about its customers. Reseal receives these events if `RESEAL_CUSTOMER_EVENTS_TOPIC` names the topic, which may have another name. A message that is not valid becomes a dead letter in `reseal.dead-letter`.',
    keyDescription: "The bank's own id of the customer, as `customerId` in the data.",
    types: customerEventTypes,
    dataSchema: 'CustomerEventData',
  },
};

const introduction = [
  'Other systems of the bank subscribe to these topics. Events contain no personal data; `customerRef` is a pseudonym.',
  'Messages are CloudEvents 1.0 in Kafka’s binary content mode: the attributes are headers that begin with `ce_`, the value is the data as JSON.',
  '`ce_id` is `<reissueId>/<sequence>`, the same each time an event is delivered. Delivery is at least once: a consumer ignores an id that it has already processed. The sequence counts per reissue, over both topics. An event of a certificate that no reissue caused (revoked or held by the bank, or about to expire) has `<serial>/<sequence>`, counted per certificate. A checkpoint has `audit/<sequence>`. Sequences increase, but not always by one: after Reseal is restored from a backup, each stream continues far above all published numbers, so that no id is used twice.',
  'The bank sends events about its customers to Reseal on a topic of its own, in binary or in structured content mode (`application/cloudevents+json`). Source and id together name an event: one that comes again changes nothing. Events about one fact take effect in the order of `time`, and an older one that comes later changes nothing.',
  'The number at the end of a type is the version of its data schema, which `ce_dataschema` names. Members may be added within a version; a change that breaks consumers gets a new version.',
].join('\n\n');

/** The AsyncAPI 3 document of the Kafka topics, built from the event schemas. */
export function describeEvents(): object {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Reseal events',
      version: '1',
      description: introduction,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: mapTopics((topic) => ({
      address: topic.address,
      description: topic.description,
      messages: Object.fromEntries(
        topic.types.map((type) => [type, { $ref: `#/components/messages/${type}` }]),
      ),
      bindings: { kafka: { topic: topic.address, bindingVersion: '0.5.0' } },
    })),
    operations: mapTopics((topic, name) => ({
      action: topic.action,
      channel: { $ref: `#/channels/${name}` },
      summary: topic.description,
    })),
    components: {
      messages: Object.fromEntries(
        Object.values(documentedTopics).flatMap((topic) =>
          topic.types.map((type) => [type, describeMessage(topic, type)]),
        ),
      ),
      messageTraits: {
        cloudEvent: { headers: headersSchema },
        bankEvent: { headers: receivedHeadersSchema },
      },
      schemas: { ...eventDataSchemas, ...receivedDataSchemas },
    },
  };
}

const mapTopics = <T>(describe: (topic: Topic, name: string) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(documentedTopics).map(([name, topic]) => [name, describe(topic, name)]));

const describeMessage = (topic: Topic, type: string) => ({
  name: type,
  title: type.split('.').slice(1, -1).join(' ').replaceAll('-', ' '),
  contentType: 'application/json',
  traits: [{ $ref: `#/components/messageTraits/${topic.action === 'send' ? 'cloudEvent' : 'bankEvent'}` }],
  headers: {
    type: 'object',
    properties: {
      ce_type: { const: type },
      ...(topic.action === 'send' ? { ce_dataschema: { const: dataSchemaOf(type) } } : {}),
    },
  },
  payload: { $ref: `#/components/schemas/${topic.dataSchema}` },
  bindings: {
    kafka: { key: { type: 'string', description: topic.keyDescription }, bindingVersion: '0.5.0' },
  },
  examples: [exampleOf(topic, type)],
});

/** A message as Kafka holds it. */
function exampleOf({ action }: Topic, type: string): object {
  const { id, subject, time, data } = eventExamples[type]!;
  return {
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: action === 'send' ? '/reseal' : '/bank/core',
      ce_type: type,
      ce_dataschema: dataSchemaOf(type),
      ce_subject: subject,
      ce_time: time,
      ce_partitionkey: subject,
    },
    payload: data,
  };
}

const text = (description: string) => ({ type: 'string', description });
const headersSchema = {
  type: 'object',
  required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time'],
  properties: {
    'content-type': { const: 'application/json' },
    ce_specversion: { const: '1.0' },
    ce_id: {
      ...text(
        '`<reissueId>/<sequence>`; `<serial>/<sequence>` if no reissue caused the event; `audit/<sequence>`',
      ),
      pattern: '^(ri_[0-9a-f]{32}|[0-9a-f]+|audit)/[1-9][0-9]*$',
    },
    ce_source: { ...text('The source within which the ids are unique'), format: 'uri-reference' },
    ce_type: text('Type of the event, with the version of its schema'),
    ce_dataschema: { ...text('The `$id` of the JSON Schema of the data'), format: 'uri' },
    ce_subject: text('The key of the message'),
    ce_time: { ...text('Time of the event'), format: 'date-time' },
    ce_partitionkey: text('The key of the message (partitioning extension)'),
    traceparent: text(
      'The trace of the step that caused the event (W3C Trace Context); absent while tracing is off',
    ),
  },
};

/** The attributes that an event of the bank must have. All others are ignored. */
const receivedHeadersSchema = {
  type: 'object',
  required: ['content-type', 'ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
  properties: {
    'content-type': { const: 'application/json' },
    ce_specversion: { const: '1.0' },
    ce_id: text('The event within its source; at most 256 characters'),
    ce_source: { ...text('The system of the bank; at most 256 characters'), format: 'uri-reference' },
    ce_type: text('Type of the event, with the version of its schema'),
    ce_time: { ...text('When it happened, by the clock of the source'), format: 'date-time' },
  },
};
