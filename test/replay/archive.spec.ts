import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { decodeHistory, digestOfHistory } from '#libs/temporal';
import { redact } from '#activities/records';
import type { RecordedHistory } from '../support/replay.js';
import { dataConverter } from '../support/time-skipping.js';

const folder = join(import.meta.dirname, 'histories');
const codec = dataConverter.payloadCodecs![0]!;
const histories = readdirSync(folder).map((file) => ({
  name: file.replace('.json', ''),
  ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordedHistory),
}));

interface ArchivedEvent {
  readonly eventId: string;
  readonly eventType: string;
}

describe.each(histories)('the recorded history $name, archived', ({ workflowId, history }) => {
  const decode = () => decodeHistory(historyFromJSON(history), codec, workflowId);

  it('A redacted history keeps every event with its request and result', async () => {
    const events = redact(await decode()) as ArchivedEvent[];
    expect(events.map(({ eventId }) => Number(eventId))).toEqual(history.events.map((_, place) => place + 1));
    const text = JSON.stringify(events);
    expect(text).toContain('"kind":"start"');
    expect(text).toContain('"state":"IDENTITY_REQUIRED"');
    expect(text).not.toContain('binary/encrypted');
  });

  it('A redacted history has no personal data, addresses, requests or signatures', async () => {
    const decoded = JSON.stringify(await decode());
    const kept = JSON.stringify(redact(await decode()));
    const personal = [
      'origin',
      'applicant',
      'requestHmac',
      'csr',
      'operator',
      'vidRandom',
      'answer',
      'signature',
    ];
    expect(personal.filter((member) => kept.includes(`"${member}"`))).toEqual([]);
    // The unredacted history has them.
    expect(decoded).toContain('"origin"');
    expect(decoded).toContain('"applicant"');
    expect(/"01\d{8,9}"|\d+\.\d+\.\d+\.\d+|BEGIN /.exec(kept)).toBeNull();
  });

  it('Any change of a history changes its digest', () => {
    const digest = digestOfHistory(historyFromJSON(history));
    const shorter = { events: history.events.slice(0, -1) };
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOfHistory(historyFromJSON(shorter))).not.toBe(digest);
    expect(digestOfHistory(historyFromJSON(history))).toBe(digest);
  });

  it('A history’s payloads do not decode for another workflow', async () => {
    await expect(decodeHistory(historyFromJSON(history), codec, 'reissue/other')).rejects.toThrow(
      'was found in',
    );
  });
});
