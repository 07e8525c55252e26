import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction } from '#libs/db';
import { insertEvents } from '#libs/db/events';
import type { TokenClaims } from '../../apps/ops/src/testing/issuer.js';
import { until } from '../support/until.js';
import { operator, OpsWorld } from '../world/ops-world.js';

let world: OpsWorld;
beforeAll(async () => {
  world = await OpsWorld.create({ RESEAL_CHANGES_HEARTBEAT_MS: '50' });
});
afterAll(() => world.close());

/** Opens a stream, and reads it from then on. */
async function follow(claims: TokenClaims = operator) {
  const left = new AbortController();
  const answer = await fetch(`${world.url}/v1/changes`, {
    signal: left.signal,
    headers: { authorization: `Bearer ${await world.issuer.token(claims)}` },
  });
  const heard = { text: '', ended: false };
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body!) heard.text += decoder.decode(chunk as Uint8Array);
  };
  const done = read()
    .catch(() => undefined)
    .then(() => (heard.ended = true));
  return { answer, heard, leave: () => left.abort(), done };
}

const announce = (stream: string) =>
  inTransaction(world.owner, (tx) =>
    insertEvents(tx, [
      {
        stream,
        sequence: 1,
        topic: 'reseal.reissue',
        key: stream,
        type: 'reseal.reissue.started.v1',
        data: { customerRef: 'cr_canary', state: 'IDENTITY_REQUIRED' },
        occurred_at: new Date(),
      },
    ]),
  );
const reissueId = () => `ri_${randomBytes(16).toString('hex')}`;

describe('the stream of changes', () => {
  it('The stream of changes names changed objects by id only, to every listener', async () => {
    const streams = await Promise.all([follow(), follow({ ...operator, sub: 'oscar' })]);
    const [reissue, serial] = [reissueId(), randomBytes(16).toString('hex')];
    await until('both to be open', () => streams.every(({ heard }) => heard.text.includes('still here')));
    await announce(reissue);
    await announce(serial);
    for (const { heard, answer } of streams) {
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      await until('the change', () => heard.text.includes(reissue) && heard.text.includes(serial));
      const changes = [...heard.text.matchAll(/^event: change\ndata: (.*)$/gm)].map(
        ([, data]) => JSON.parse(data!) as Record<string, string[]>,
      );
      expect(changes.flatMap(Object.entries).sort()).toEqual([
        ['certificates', [serial]],
        ['reissues', [reissue]],
      ]);
    }
    for (const { leave, done } of streams) {
      leave();
      await done;
    }
  });

  it('The stream of changes includes operations', async () => {
    const { heard, leave } = await follow();
    await until('it to be open', () => heard.text.includes('still here'));
    const operationId = `op_${randomBytes(16).toString('hex')}`;
    const at = new Date();
    await world.owner
      .insertInto('operation')
      .values({
        operation_id: operationId,
        kind: 'retry',
        state: 'PLANNED',
        selection: '{"reissueIds":[]}',
        parameters: '{}',
        reason: 'spec',
        digest: 'spec',
        items: 0,
        requested_by: 'staff:olivia',
        created_at: at,
        updated_at: at,
      })
      .execute();
    await until('the change', () => heard.text.includes(`{"operations":["${operationId}"]}`));
    leave();
  });

  it('The stream of changes asks for a full reload after many changes at once', async () => {
    const { heard, leave } = await follow();
    await until('it to be open', () => heard.text.includes('still here'));
    await inTransaction(world.owner, (tx) =>
      insertEvents(
        tx,
        Array.from({ length: 600 }, () => ({
          stream: reissueId(),
          sequence: 1,
          topic: 'reseal.reissue',
          key: 'spec',
          type: 'reseal.reissue.started.v1',
          data: {},
          occurred_at: new Date(),
        })),
      ),
    );
    await until('the event', () => heard.text.includes('event: reload\ndata: {}\n\n'));
    leave();
  });

  it('The stream of changes ends when the token expires', async () => {
    const { heard, done } = await follow({ ...operator, exp: -29 });
    await done;
    expect(heard.ended).toBe(true);
  });

  it('The stream of changes is open at most twelve times per person', async () => {
    const sub = 'oswald';
    const streams = await Promise.all(Array.from({ length: 12 }, () => follow({ ...operator, sub })));
    await until('all to be open', () => streams.every(({ heard }) => heard.text !== ''));
    const refused = await follow({ ...operator, sub });
    expect(refused.answer.status).toBe(429);
    streams[0]!.leave();
    await until('a place', async () => {
      const next = await follow({ ...operator, sub });
      next.leave();
      return next.answer.status === 200;
    });
    for (const { leave } of streams) leave();
  });
});
