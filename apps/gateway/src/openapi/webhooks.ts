import { dataSchemaOf, eventExamples } from '#libs/contracts';

/** The events that webhooks get, by the part of the type that their data depends on. */
const kinds = {
  reissue: {
    summary: 'A reissue has changed',
    data: 'ReissueEventData',
    subject: 'The id of the reissue',
  },
  certificate: {
    summary: 'A certificate has changed',
    data: 'CertificateEventData',
    subject: 'The serial of the certificate, hexadecimal',
  },
  audit: {
    summary: 'A checkpoint of the audit log; sent only to webhooks that list its type',
    data: 'AuditEventData',
    subject: 'The name of the log',
  },
} as const;

const header = (name: string, description: string, schema: object = { type: 'string' }) => ({
  ...{ name, in: 'header', required: true, description, schema },
});

/** The headers of Standard Webhooks 1.0. */
const headers = [
  header('webhook-id', 'The id of the event: ignore an id that you have seen'),
  header('webhook-timestamp', 'Seconds since 1970 of this attempt', { type: 'integer' }),
  header('webhook-signature', 'Signatures (`v1,<base64>`), separated by spaces: one of them must be right'),
];

const responses = {
  '2XX': { description: 'Accepted. Process the event after the answer, which is due within 15 seconds.' },
  '410': { description: 'The receiver wants no more events: the webhook is disabled.' },
  default: {
    description: 'Not accepted. The event is sent again for three days, never before `Retry-After`.',
  },
};

/** The requests that Reseal sends to the webhooks of other systems (OpenAPI 3.1 `webhooks`). */
export function describeWebhooks(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, { summary, data, subject }]) => {
      const examples = Object.entries(eventExamples).filter(([type]) => type.split('.')[1] === kind);
      const post = {
        operationId: `${kind}Event`,
        summary,
        description:
          'A CloudEvent 1.0 in structured JSON mode, sent at least once, in the order of the reissue (Standard Webhooks). Approvers create webhooks in the operators’ API.',
        security: [],
        parameters: headers,
        requestBody: {
          required: true,
          content: {
            'application/cloudevents+json': {
              schema: eventSchema(
                examples.map(([type]) => type),
                data,
                subject,
              ),
              examples: Object.fromEntries(
                examples.map(([type, { id, subject, time, data }]) => [
                  type,
                  {
                    value: {
                      ...{ specversion: '1.0', id, source: '/reseal', type },
                      ...{ dataschema: dataSchemaOf(type), subject, time },
                      ...{ datacontenttype: 'application/json', data },
                    },
                  },
                ]),
              ),
            },
          },
        },
        responses,
      };
      return [`${kind}-event`, { post }];
    }),
  );
}

function eventSchema(types: readonly string[], data: string, subject: string): object {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { ...text, description: 'The same each time the event is sent' },
      source: { ...text, format: 'uri-reference' },
      type: {
        ...text,
        description: `Further types may follow. Now: ${types.map((type) => `\`${type}\``).join(', ')}`,
      },
      dataschema: { ...text, format: 'uri', description: 'The `$id` of the JSON Schema of the data' },
      subject: { ...text, description: subject },
      time: { ...text, format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      data: { $ref: `#/components/schemas/${data}` },
    },
  };
}
