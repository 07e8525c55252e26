import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/config';
import { auditEventTypes, certificateEventTypes, reissueEventTypes, topics } from '#libs/contracts';
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
import { asyncApiText } from '../../libs/contracts/src/asyncapi-file.js';

interface Document {
  channels: Record<string, { address: string; messages: Record<string, object> }>;
  components: {
    messages: Record<string, { payload: { $ref: string }; headers: object }>;
    messageTraits: { cloudEvent: { headers: object } };
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
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual(Object.values(topics));
    expect(Object.keys(document.components.messages)).toEqual([
      ...reissueEventTypes,
      ...certificateEventTypes,
      ...auditEventTypes,
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
  });
});
