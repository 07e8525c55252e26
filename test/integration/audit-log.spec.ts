import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  isConsistent,
  leafOf,
  verifyCheckpoint,
  planConsistency,
  planInclusion,
  rootByInclusion,
  type LogCheckpoint,
} from '#libs/audit-proofs';
import {
  CheckpointFile,
  loggedEntry,
  makeCheckpoint,
  readNodes,
  Sequencer,
  sequenceEntries,
  sequencerLeadership,
  type AuditSigningKey,
} from '#libs/audit-log';
import { createDatabase, inTransaction, type Database } from '#libs/db';
import { appendAudit, appendAuthorityEntry, countPendingEntries, entriesAt, logSize } from '#libs/db/audit';
import { sql } from 'kysely';
import { pino } from 'pino';
import { until } from '../support/until.js';
import { insertBareReissue } from '../world/bare-reissue.js';
import { MovableClock } from '../world/movable-clock.js';
import { asSpec, createTestDatabase, type Role, type TestDatabase } from '../world/test-database.js';

jest.setTimeout(60_000);
const clock = new MovableClock(new Date('2026-11-23T03:04:05.678Z'));
const key: AuditSigningKey = {
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string }),
  kid: 'audit-spec',
};
const { d: _private, ...jwk } = key as AuditSigningKey & { d: string };
const trusted = [{ jwk, validFrom: '2026-01-01T00:00:00.000Z' }];

let database: TestDatabase;
let worker: Database;
let owner: Database;
let folder: string;
const copies: Sequencer[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  worker = createDatabase({ url: database.urlOf('worker'), ...asSpec });
  owner = createDatabase({ url: database.urlOf('owner'), ...asSpec });
  folder = await mkdtemp(path.join(tmpdir(), 'checkpoints-'));
});
afterAll(async () => {
  await stopAll();
  await Promise.all([worker.destroy(), owner.destroy()]);
  await database.drop();
  await rm(folder, { recursive: true });
});
beforeEach(stopAll);

async function stopAll(): Promise<void> {
  await Promise.all(copies.splice(0).map((copy) => copy.stop()));
}

const checkpointFile = () => path.join(folder, 'kept', 'checkpoints.jsonl');

function startCopy(): Sequencer {
  const copy = new Sequencer({
    db: worker,
    leadership: sequencerLeadership(database.urlOf('worker')),
    checkpoints: { origin: 'spec', key, intervalMs: 10_000 },
    file: new CheckpointFile(checkpointFile()),
    clock: clock.now,
    logger: pino({ level: 'silent' }),
    timing: { pollMs: 50 },
  });
  copies.push(copy);
  copy.start();
  return copy;
}

const entry = () => ({
  actor: 'system',
  action: 'open' as const,
  outcome: 'DONE',
  occurred_at: clock.now(),
});

/** Writes entries of several reissues concurrently; the entries of one reissue come one after the other. */
async function writeEntries(reissues: number, each: number): Promise<string[]> {
  const ids = await Promise.all(
    Array.from({ length: reissues }, () => insertBareReissue(worker, clock.now())),
  );
  await Promise.all(
    ids.map(async (id) => {
      for (let nth = 1; nth <= each; nth += 1)
        await inTransaction(worker, (tx) => appendAudit(tx, id, { ...entry(), details: { nth } }));
    }),
  );
  return ids;
}

const allSequenced = () =>
  until('everything is in the log', async () => (await countPendingEntries(worker)) === 0);

async function newestCheckpoint(atLeast: number): Promise<LogCheckpoint> {
  return until('a checkpoint', async () => {
    const row = await worker
      .selectFrom('audit_checkpoint')
      .selectAll()
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && Number(row.size) >= atLeast ? verifyCheckpoint(row.jws, trusted) : undefined;
  });
}

describe('the sequencer', () => {
  it('The sequencer makes one log without a gap from entries of concurrent reissues, each in its order', async () => {
    startCopy();
    const ids = await writeEntries(12, 9);
    await appendAuthorityEntry(worker, {
      actor: 'system',
      action: 'purge',
      outcome: 'DONE',
      occurredAt: clock.now(),
    });
    await allSequenced();

    const leaves = await worker.selectFrom('audit_leaf').selectAll().orderBy('leaf_index').execute();
    expect(leaves.map(({ leaf_index }) => Number(leaf_index))).toEqual(leaves.map((_, place) => place));
    expect(leaves).toHaveLength(12 * 9 + 1);
    for (const id of ids)
      expect(leaves.filter(({ stream }) => stream === id).map(({ sequence }) => Number(sequence))).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9,
      ]);
  });

  it('The sequencer delays no step, even one that writes to a reissue whose entries it reads', async () => {
    const [id] = await writeEntries(1, 2);
    await inTransaction(worker, async (sequencing) => {
      expect(await sequenceEntries(sequencing, 1_000, clock.now())).toBeGreaterThanOrEqual(2);
      // The other transaction is still open: a statement that waits for it fails after this time.
      await inTransaction(worker, async (tx) => {
        await sql`SET LOCAL lock_timeout = '2s'`.execute(tx);
        await appendAudit(tx, id!, entry());
      });
    });
    expect(await countPendingEntries(worker)).toBe(1);
  });

  it('The sequencer signs checkpoints and proves the inclusion of every entry', async () => {
    startCopy();
    await writeEntries(3, 2);
    await allSequenced();
    clock.advance(10_000);
    const size = await logSize(worker);
    const checkpoint = await newestCheckpoint(size);
    expect(checkpoint).toMatchObject({ origin: 'spec', size });
    const leaves = await worker.selectFrom('audit_leaf').selectAll().orderBy('leaf_index').execute();
    const places = leaves.map(({ stream, sequence }) => ({ stream, sequence: Number(sequence) }));
    const rows = await entriesAt(worker, places);
    for (const { leaf_index, stream, sequence } of leaves) {
      const row = rows.find((each) => each.stream === stream && each.sequence === Number(sequence))!;
      const plan = planInclusion(Number(leaf_index), size);
      const proof = plan.build(await readNodes(worker, plan.nodes));
      expect(rootByInclusion(leafOf(loggedEntry(row)), Number(leaf_index), size, proof)).toEqual(
        checkpoint.root,
      );
    }
  });

  it('The sequencer continues after a restart and proves that the log only grew', async () => {
    const first = startCopy();
    await writeEntries(5, 3);
    await allSequenced();
    clock.advance(10_000);
    const before = await newestCheckpoint(await logSize(worker));
    await first.stop();
    await writeEntries(4, 4);
    expect(await countPendingEntries(worker)).toBe(16);
    startCopy();
    await allSequenced();
    clock.advance(10_000);
    const after = await newestCheckpoint(before.size + 16);
    const plan = planConsistency(before.size, after.size);
    expect(isConsistent(before, after, plan.build(await readNodes(worker, plan.nodes)))).toBe(true);
  });

  it('The sequencer makes no checkpoint early, and none without new entries', async () => {
    const options = { origin: 'spec', key, intervalMs: 10_000 };
    const make = () => inTransaction(worker, (tx) => makeCheckpoint(tx, options, clock.now()));
    const write = async () => {
      await writeEntries(1, 1);
      await inTransaction(worker, (tx) => sequenceEntries(tx, 100, clock.now()));
    };
    clock.advance(10_000);
    await write();
    const size = await make();
    expect(size).toBe(await logSize(worker));
    await write();
    clock.advance(9_999);
    expect(await make()).toBe('EARLY');
    clock.advance(1);
    expect(await make()).toBe(await logSize(worker));
    clock.advance(60_000);
    expect(await make()).toBeUndefined();
  });

  it('The sequencer runs in one copy at a time, and another copy takes over', async () => {
    const [first, second] = [startCopy(), startCopy()];
    await until('one leads', () => first.active || second.active);
    expect([first.active, second.active].filter(Boolean)).toHaveLength(1);
    const [leader, follower] = first.active ? [first, second] : [second, first];
    await leader.stop();
    await until('the other leads', () => follower.active);
    await writeEntries(2, 2);
    await allSequenced();
  });

  it('The sequencer publishes each checkpoint as an event and keeps it in a file', async () => {
    startCopy();
    await writeEntries(1, 2);
    await allSequenced();
    clock.advance(10_000);
    await newestCheckpoint(await logSize(worker));
    const kept = await worker.selectFrom('audit_checkpoint').selectAll().orderBy('size').execute();
    const events = await worker
      .selectFrom('event')
      .selectAll()
      .where('stream', '=', 'audit')
      .orderBy('sequence')
      .execute();
    expect(events.map(({ sequence }) => sequence)).toEqual(kept.map((_, place) => place + 1));
    expect(events.map(({ data }) => data)).toEqual(
      kept.map(({ size, root, jws }) => ({
        origin: 'spec',
        size: Number(size),
        root: root.toString('base64url'),
        jws,
      })),
    );
    const lines = await until('the file has them', async () => {
      const content = (await readFile(checkpointFile(), 'utf8')).trim().split('\n');
      return content.length === kept.length ? content : undefined;
    });
    expect(lines.map((line) => (JSON.parse(line) as { jws: string }).jws)).toEqual(
      kept.map(({ jws }) => jws),
    );
  });

  it('The sequencer continues its checkpoint file after a crash in the middle of a line', async () => {
    const file = path.join(folder, 'broken.jsonl');
    const kept = await worker.selectFrom('audit_checkpoint').selectAll().orderBy('size').execute();
    await writeFile(file, `${JSON.stringify({ size: Number(kept[0]!.size), jws: kept[0]!.jws })}\n`);
    await appendFile(file, '{"size": 99');
    await new CheckpointFile(file).catchUp(worker);
    const whole = (await readFile(file, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
    expect(new Set(whole.map((line) => (JSON.parse(line) as { jws: string }).jws))).toEqual(
      new Set(kept.map(({ jws }) => jws)),
    );
  });

  it('The sequencer writes all checkpoints, each on its own line, once a full disk has room again', async () => {
    const [file, target] = [path.join(folder, 'full'), path.join(folder, 'with-room')];
    await writeFile(target, '');
    const leadTo = async (where: string) => {
      await rm(file, { force: true });
      await symlink(where, file);
    };
    await leadTo(target);
    const checkpoints = new CheckpointFile(file);
    await checkpoints.catchUp(worker);
    startCopy();
    await writeEntries(1, 1);
    await allSequenced();
    clock.advance(10_000);
    await newestCheckpoint(await logSize(worker));
    await leadTo('/dev/full');
    await expect(checkpoints.catchUp(worker)).rejects.toMatchObject({ code: 'ENOSPC' });
    await leadTo(target);
    await appendFile(target, '{"size": 1, "ti'); // a crash cut the line off
    await checkpoints.catchUp(worker);
    const whole = (await readFile(file, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
    const kept = await worker.selectFrom('audit_checkpoint').select('jws').orderBy('size').execute();
    expect(whole.map((line) => (JSON.parse(line) as { jws: string }).jws)).toEqual(
      kept.map(({ jws }) => jws),
    );
  });
});

describe('a hand in the database', () => {
  const refused = /permission denied/;

  it.each<[Role, string]>(
    (['gateway', 'ops', 'worker', 'signer'] as const).flatMap((role) =>
      [
        `UPDATE audit_entry SET outcome = 'DONE'`,
        `DELETE FROM audit_entry`,
        `UPDATE authority_entry SET actor = 'nobody'`,
        `DELETE FROM authority_entry`,
        `UPDATE audit_leaf SET leaf_hash = leaf_hash`,
        `DELETE FROM audit_leaf`,
        `UPDATE audit_checkpoint SET jws = ''`,
        `DELETE FROM audit_checkpoint`,
        `TRUNCATE audit_pending`,
      ].map((statement): [Role, string] => [role, statement]),
    ),
  )('The role %s may not %s', async (role, statement) => {
    const db = createDatabase({ url: database.urlOf(role), ...asSpec });
    await expect(sql.raw(statement).execute(db)).rejects.toThrow(refused);
    await db.destroy();
  });

  it('An entry that is deleted before it is in the log leaves a trace in the log', async () => {
    const [id] = await writeEntries(1, 3);
    await sql`DELETE FROM audit_entry WHERE reissue_id = ${id} AND sequence = 2`.execute(owner);
    startCopy();
    await allSequenced();
    const trace = await owner
      .selectFrom('authority_entry')
      .selectAll()
      .where('action', '=', 'sequence')
      .executeTakeFirstOrThrow();
    expect(trace).toMatchObject({
      outcome: 'FAILED',
      reason: 'ENTRY_GONE',
      details: { stream: id, sequence: 2 },
    });
    const leaves = await owner
      .selectFrom('audit_leaf')
      .select('sequence')
      .where('stream', '=', id!)
      .execute();
    expect(leaves.map(({ sequence }) => Number(sequence))).toEqual([1, 3]);
  });

  it('A deleted node of the log stops the sequencer with an error', async () => {
    await sql`DELETE FROM audit_node`.execute(owner);
    await sql`DELETE FROM audit_leaf WHERE leaf_index = (SELECT max(leaf_index) - 1 FROM audit_leaf)`.execute(
      owner,
    );
    const copy = startCopy();
    await writeEntries(1, 1);
    await until('it fails', () => {
      try {
        copy.check();
        return false;
      } catch (error) {
        return String((error as Error).cause).includes('tampered');
      }
    });
  });
});
