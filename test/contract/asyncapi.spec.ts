import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import {
  auditEventDataSchema,
  auditEventTypes,
  certificateEventDataSchema,
  certificateEventTypes,
  customerEventTypes,
  dataSchemaOf,
  eventSchemaFiles,
  reissueEventDataSchema,
  reissueEventTypes,
  topics,
} from '#libs/contracts';
import type { EventRow, NewEvent } from '#libs/db/events';
import {
  certificateEvent,
  checkpointEvent,
  cloudEvent,
  standaloneCertificateEvent,
  reissueEvent,
} from '#libs/events';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { readCustomerEvent } from '../../libs/events/src/received/read-customer-event.js';
import { asyncApiText } from '../../libs/contracts/src/asyncapi-file.js';

interface Document {
  channels: Record<string, { address: string; messages: Record<string, object> }>;
  components: {
    messages: Record<
      string,
      { payload: { $ref: string }; headers: object; examples: { headers: object; payload: object }[] }
    >;
    messageTraits: Record<'cloudEvent' | 'bankEvent', { headers: object }>;
  };
}
const text = asyncApiText();
const document = parse(text) as Document;

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ components: document.components }, 'document');

function faults(schema: object, value: unknown): unknown {
  const absolute = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
  const validate = ajv.compile(JSON.parse(absolute) as object);
  return validate(value) ? [] : validate.errors;
}

/** The schemas in the code refuse members that they do not name. The published ones are open. */
const strictSchemas: Readonly<Record<string, { parse(data: unknown): unknown }>> = {
  reissue: reissueEventDataSchema,
  certificate: certificateEventDataSchema,
  audit: auditEventDataSchema,
};

const reissue = {
  reissue_id: `ri_${'0'.repeat(32)}`,
  receipt_number: 'K7M-2QX-9TR',
  customer_ref: 'pseudonym',
  reason: 'LOST',
  state: 'ISSUED',
  parked_step: null,
  serial: '0a1b',
} as const;
const occurredAt = new Date('2026-11-23T01:00:00Z');
const row = (event: NewEvent) => ({ ...event, position: '1', published_at: null }) as unknown as EventRow;

describe('the AsyncAPI document', () => {
  it('The committed AsyncAPI document is the one that the schemas make (npm run asyncapi)', () => {
    expect(readFileSync(join(projectRoot(), 'libs/contracts/asyncapi.yaml'), 'utf8')).toBe(text);
  });

  it('The AsyncAPI document has a channel for each topic and a message for each type', () => {
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual([
      ...Object.values(topics),
      'bank.customer',
    ]);
    expect(Object.keys(document.components.messages)).toEqual([
      ...reissueEventTypes,
      ...certificateEventTypes,
      ...auditEventTypes,
      ...customerEventTypes,
    ]);
  });

  it.each([
    ...reissueEventTypes.map((type) =>
      reissueEvent({ reissue, sequence: 1, type, previousState: 'ISSUING', code: 'WHY', occurredAt }),
    ),
    ...certificateEventTypes.map((type) =>
      certificateEvent({
        ...{ reissue, sequence: 2, type, serial: '0a1b', occurredAt },
        ...{ notBefore: occurredAt, notAfter: occurredAt, revocationReason: 'superseded' },
      }),
    ),
    ...certificateEventTypes.map((type) =>
      standaloneCertificateEvent({
        certificate: { serial: '0a1b', not_before: occurredAt, not_after: occurredAt },
        ...{ customerRef: 'pseudonym', sequence: 1, type, occurredAt, revocationReason: 'certificateHold' },
      }),
    ),
    checkpointEvent({
      ...{ origin: 'reseal', size: 3, root: new Uint8Array(32), jws: 'a.b.c', sequence: 1, at: occurredAt },
    }),
  ])('The AsyncAPI document describes the event $type of the stream $stream', (event) => {
    const { headers, value } = cloudEvent(row(event), 'urn:reseal:worker');
    const message = document.components.messages[event.type]!;
    expect(faults(document.components.messageTraits.cloudEvent.headers, headers)).toEqual([]);
    expect(faults(message.headers, headers)).toEqual([]);
    expect(faults(message.payload, JSON.parse(value))).toEqual([]);
    strictSchemas[event.type.split('.')[1]!]!.parse(JSON.parse(value));
  });

  it.each([...reissueEventTypes, ...certificateEventTypes, ...auditEventTypes])(
    'The AsyncAPI document has a true example of %s',
    (type) => {
      const { examples, headers, payload } = document.components.messages[type]!;
      const [example] = examples;
      expect(faults(document.components.messageTraits.cloudEvent.headers, example!.headers)).toEqual([]);
      expect(faults(headers, example!.headers)).toEqual([]);
      expect(faults(payload, example!.payload)).toEqual([]);
      strictSchemas[type.split('.')[1]!]!.parse(example!.payload);
    },
  );

  it.each(customerEventTypes)('The AsyncAPI document has an example of %s that is received', (type) => {
    const { examples, headers, payload } = document.components.messages[type]!;
    const [example] = examples;
    expect(faults(document.components.messageTraits.bankEvent.headers, example!.headers)).toEqual([]);
    expect(faults(headers, example!.headers)).toEqual([]);
    expect(faults(payload, example!.payload)).toEqual([]);
    const message = {
      key: Buffer.from('K-000001'),
      value: Buffer.from(JSON.stringify(example!.payload)),
      headers: example!.headers as Record<string, string>,
    };
    expect(readCustomerEvent(message, new Date('2026-11-24T00:00:00Z'))).toMatchObject({
      event: { type, customerId: 'K-000001' },
    });
  });

  it('The event of a parked reissue names its step', () => {
    const parked = { ...reissue, state: 'ISSUING', serial: null, parked_step: 'ISSUE_CERTIFICATE' } as const;
    const change = { sequence: 3, previousState: 'ISSUING', code: 'OUTCOME_UNKNOWN', occurredAt } as const;
    expect(reissueEvent({ reissue: parked, type: 'reseal.reissue.parked.v1', ...change }).data).toMatchObject(
      {
        parked: true,
        parkedStep: 'ISSUE_CERTIFICATE',
        code: 'OUTCOME_UNKNOWN',
      },
    );
    const resumed = { ...parked, parked_step: null };
    expect(
      reissueEvent({ reissue: resumed, type: 'reseal.reissue.resumed.v1', ...change }).data,
    ).not.toHaveProperty('parkedStep');
  });
});

describe('the JSON Schema files of event data', () => {
  it('The committed JSON Schema files are those that the schemas make (npm run asyncapi)', () => {
    const folder = join(projectRoot(), 'libs/contracts/schemas');
    const committed = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
    expect(Object.fromEntries(committed)).toEqual(eventSchemaFiles);
  });

  it('Each event type names the $id of a JSON Schema file', () => {
    const ids = Object.values(eventSchemaFiles).map((file) => (JSON.parse(file) as { $id: string }).$id);
    const types = [...reissueEventTypes, ...certificateEventTypes, ...auditEventTypes, ...customerEventTypes];
    expect([...new Set(types.map(dataSchemaOf))].sort()).toEqual(ids.sort());
  });

  it('A consumer that checks data by a JSON Schema file accepts a member that is added later', () => {
    for (const file of Object.values(eventSchemaFiles)) {
      const schema = JSON.parse(file) as { $id: string };
      const example = Object.entries(document.components.messages).find(
        ([type]) => dataSchemaOf(type) === schema.$id,
      )![1].examples[0]!.payload;
      const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
      expect([validate({ ...example, addedLater: 1 }), validate({})]).toEqual([true, false]);
    }
  });
});
