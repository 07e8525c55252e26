import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { createReconcileActivities } from '#activities/lifecycle';
import { inTransaction } from '#libs/db';
import { nextEventSequence } from '#libs/db/audit';
import { insertCrl } from '#libs/db/crls';
import { findReissue, updateReissue } from '#libs/db/reissues';
import {
  completeRestore,
  eventFloor,
  pendingRestore,
  setRestoreFloors,
  allowRestoreWrites,
} from '#libs/db/restores';
import { workflowIdOf } from '#libs/domain';
import {
  detectRestoreByCheckpoints,
  detectRestoreByJournal,
  recordFinding,
  RestoreWatch,
} from '#libs/restore';
import { SignerJournal } from '#libs/signer-journal';
import { isDependencyDown } from '#libs/temporal';
import { insertBareReissue } from '../world/bare-reissue.js';
import { createSigningWorld, type SigningWorld } from '../world/signing-world.js';

jest.setTimeout(120_000);
let world: SigningWorld;
beforeAll(async () => void (world = await createSigningWorld()));
afterAll(() => world.close());

let folder: string;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'reseal-restore-'))));
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await world.owner.deleteFrom('restore').execute();
});

const found = () =>
  recordFinding(
    { db: world.as('worker'), process: 'worker', clock: world.clock.now, logger: { error: () => undefined } },
    { finding: 'DECLARED', details: {} },
  );

/** Runs the reconciliation on these workflows. */
function reconcile(workflows: {
  completed?: readonly string[];
  running?: readonly string[];
  /** Temporal has no workflow of these. */
  lost?: readonly string[];
  /** Runs before the reconciliation asks a workflow for its state. */
  meanwhile?: () => Promise<unknown>;
}) {
  const started: string[] = [];
  const closedAt = new Date(world.clock.now().getTime() - 60_000);
  const infos = (ids: readonly string[] = []) =>
    ids.map((id) => ({ workflowId: workflowIdOf(id), startTime: new Date(0), closeTime: closedAt }));
  const statusOf = (workflowId: string) =>
    infos(workflows.running).some((info) => info.workflowId === workflowId) ? 'RUNNING' : 'COMPLETED';
  const temporal = {
    workflow: {
      list: async function* ({ query }: { query: string }) {
        yield* infos(query.includes(`'Completed'`) ? workflows.completed : workflows.running);
      },
      getHandle: (workflowId: string) => ({
        describe: async () => {
          await workflows.meanwhile?.();
          if (workflows.lost?.some((id) => workflowIdOf(id) === workflowId))
            throw new WorkflowNotFoundError('no such workflow', workflowId, undefined);
          return { status: { name: statusOf(workflowId) }, closeTime: closedAt, raw: {} };
        },
        signal: async () => undefined,
      }),
      start: async (_type: string, { workflowId }: { workflowId: string }) => void started.push(workflowId),
    },
  } as never;
  const { reconcileReissues } = createReconcileActivities({
    db: world.as('worker'),
    clock: world.clock.now,
    temporal,
    logger: world.ports.logger,
  });
  return reconcileReissues().then(() => started);
}

describe('a restore that was found', () => {
  it('After a restore was found no reissue, event or certificate changes until it is reconciled', async () => {
    const { reissueId } = await world.makeReissue();
    const change = () =>
      inTransaction(world.as('worker'), (tx) =>
        updateReissue(tx, reissueId, { updated_at: world.clock.now() }),
      );
    expect(await found()).toBe(true);
    expect(await found()).toBe(false);
    const refusal = await change().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'RS001' });
    expect(isDependencyDown(refusal)).toBe(true);
    await expect(world.issue(reissueId)).rejects.toMatchObject({ code: 'RS001' });
    expect(await world.certificatesOf(reissueId)).toEqual([]);

    await inTransaction(world.owner, async (tx) => {
      await allowRestoreWrites(tx);
      await setRestoreFloors(tx, { eventFloor: 5_000, crlFloor: 7_000n });
      await completeRestore(tx, { completedBy: 'spec', at: world.clock.now() });
    });
    await change();
    expect((await findReissue(world.owner, reissueId))?.event_sequence).toBe(5_000);
    expect(await world.issue(reissueId)).toMatchObject({ outcome: 'ISSUED' });
    const [certificate] = await world.certificatesOf(reissueId);
    expect(certificate?.event_sequence).toBe(5_000);
  });

  it('Every watching process learns of a restore that was found', async () => {
    const watch = new RestoreWatch({ db: world.as('worker'), logger: world.ports.logger });
    await watch.refresh();
    expect(watch.pending).toBe(false);
    await found();
    await watch.refresh();
    expect(() => watch.require()).toThrow('setup after-restore');
  });

  it('After a restore was found the event streams continue above all published ids', async () => {
    await found();
    await inTransaction(world.owner, async (tx) => {
      await allowRestoreWrites(tx);
      await setRestoreFloors(tx, { eventFloor: 9_000, crlFloor: 1n });
      await setRestoreFloors(tx, { eventFloor: 1, crlFloor: 1n });
      expect(await nextEventSequence(tx, 'audit')).toBe(9_001);
      expect(await eventFloor(tx)).toBe(9_000);
    });
  });
});

describe("a signer's journal", () => {
  const opened: SignerJournal[] = [];
  const journal = () => {
    const one = new SignerJournal(folder, world.clock.now);
    opened.push(one);
    return one;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  it("A signer's journal holds each certificate before it is stored, and shows one that the database lacks", async () => {
    const { reissueId } = await world.makeReissue();
    const issued = await world.signer({ journal: journal() })(reissueId);
    expect(await detectRestoreByJournal(world.as('signer'), folder)).toBeUndefined();
    await world.owner.deleteFrom('certificate').where('reissue_id', '=', reissueId).execute();
    expect(await detectRestoreByJournal(world.as('signer'), folder)).toMatchObject({
      finding: 'CERTIFICATE_UNKNOWN',
      details: { reissueId, serial: (issued as { serial: string }).serial },
    });
  });

  it("A certificate that cannot be written to the signer's journal is not stored", async () => {
    const { reissueId } = await world.makeReissue();
    const full = { append: () => Promise.reject(new Error('no space left on device')) };
    await expect(world.signer({ journal: full })(reissueId)).rejects.toThrow('no space left');
    expect((await world.certificatesOf(reissueId)).map(({ state }) => state)).toEqual(['ABANDONED']);
  });

  it("A signer's journal shows a published CRL that the database lacks, and no unpublished one", async () => {
    const issuer = 'cn=spec';
    const at = world.clock.now();
    const crl = (number: number) => ({
      kind: 'CRL' as const,
      at: at.toISOString(),
      issuer,
      shard: 0,
      number: String(number),
    });
    const empty = { issuer, shard: 0, this_update: at, next_update: at, entries: 0, der: Buffer.of(0) };
    await world.owner
      .insertInto('issuer')
      .values({
        subject: issuer,
        key_id: 'spec',
        certificate: Buffer.of(0),
        root: Buffer.of(0),
        not_after: at,
        crl_shards: 1,
        activated_at: at,
      })
      .execute();
    await inTransaction(world.owner, (tx) => insertCrl(tx, { ...empty, number: '1' }));
    await journal().append([crl(1), crl(2)]);
    expect(await detectRestoreByJournal(world.as('signer'), folder)).toBeUndefined();
    await journal().append([crl(3)]);
    expect(await detectRestoreByJournal(world.as('signer'), folder)).toMatchObject({
      finding: 'CRL_UNKNOWN',
    });
  });
});

describe('a restored database', () => {
  it('A restored database is found by a kept checkpoint that it lacks', async () => {
    const file = path.join(folder, 'checkpoints.jsonl');
    const look = () => detectRestoreByCheckpoints(world.as('worker'), file);
    expect(await look()).toBeUndefined();
    const at = world.clock.now();
    const checkpoint = { size: '3', root: Buffer.alloc(32), made_at: at, jws: 'a.b.c' };
    await world.owner.insertInto('audit_checkpoint').values(checkpoint).execute();
    const line = (jws: string) => `${JSON.stringify({ size: 3, time: at.toISOString(), jws })}\n`;
    writeFileSync(file, line('a.b.c'));
    expect(await look()).toBeUndefined();
    writeFileSync(file, line('d.e.f'));
    expect(await look()).toMatchObject({ finding: 'CHECKPOINT_UNKNOWN', details: { size: 3 } });
  });

  it('A restored database is found by a completed workflow with an open row, and nothing is resumed', async () => {
    const quiet = new Date(world.clock.now().getTime() - 3_600_000);
    const reissueId = await insertBareReissue(world.owner, quiet);
    expect(await reconcile({ running: [], completed: [reissueId] })).toEqual([]);
    expect(await pendingRestore(world.owner)).toMatchObject({
      finding: 'ROW_BEHIND_WORKFLOW',
      details: { reissueId },
      found_by: 'worker',
    });
  });

  it('No lost workflow is started beside a completed one whose row is open', async () => {
    const quiet = new Date(world.clock.now().getTime() - 3_600_000);
    const lost = await insertBareReissue(world.owner, quiet);
    const behind = await insertBareReissue(world.owner, quiet);
    expect(await reconcile({ lost: [lost], completed: [] })).toEqual([]);
    expect(await pendingRestore(world.owner)).toMatchObject({ finding: 'ROW_BEHIND_WORKFLOW' });
    await world.owner.deleteFrom('restore').execute();
    const rows = await world.owner.selectFrom('reissue').select('reissue_id').execute();
    const others = rows.map(({ reissue_id }) => reissue_id).filter((id) => id !== lost && id !== behind);
    expect(await reconcile({ lost: [lost, behind], running: others })).toEqual(
      expect.arrayContaining([workflowIdOf(lost), workflowIdOf(behind)]),
    );
  });

  it('A restored database is found by a completed workflow behind many others', async () => {
    const quiet = new Date(world.clock.now().getTime() - 3_600_000);
    const reissueId = await insertBareReissue(world.owner, quiet);
    const running = await world.owner.selectFrom('reissue').select('reissue_id').execute();
    const others = running.map(({ reissue_id }) => reissue_id).filter((id) => id !== reissueId);
    expect(await reconcile({ running: others, completed: [] })).toEqual([]);
    expect(await pendingRestore(world.owner)).toMatchObject({ finding: 'ROW_BEHIND_WORKFLOW' });
  });

  it('A reconciled restore is not found again by workflows that completed before it', async () => {
    const quiet = new Date(world.clock.now().getTime() - 3_600_000);
    const reissueId = await insertBareReissue(world.owner, quiet);
    await found();
    await inTransaction(world.owner, async (tx) => {
      await allowRestoreWrites(tx);
      await setRestoreFloors(tx, { eventFloor: 1, crlFloor: 1n });
      await completeRestore(tx, { completedBy: 'spec', at: world.clock.now() });
    });
    const started = await reconcile({ completed: [reissueId] });
    expect(await pendingRestore(world.owner)).toBeUndefined();
    expect(started).toContain(workflowIdOf(reissueId));
  });

  it('A reissue that ends during the check is not taken for a restore', async () => {
    const quiet = new Date(world.clock.now().getTime() - 3_600_000);
    const reissueId = await insertBareReissue(world.owner, quiet);
    const rest = await world.owner.selectFrom('reissue').select('reissue_id').execute();
    const others = rest.map(({ reissue_id }) => reissue_id).filter((id) => id !== reissueId);
    const end = () =>
      inTransaction(world.owner, (tx) =>
        updateReissue(tx, reissueId, { state: 'TIMED_OUT', ended_at: world.clock.now() }),
      );
    expect(await reconcile({ running: others, meanwhile: end })).toEqual([]);
    expect(await pendingRestore(world.owner)).toBeUndefined();
  });

  it('A restored database is found by a completed workflow without a row', async () => {
    const reissueId = `ri_${'0'.repeat(32)}`;
    await reconcile({ completed: [reissueId] });
    expect(await pendingRestore(world.owner)).toMatchObject({
      finding: 'ROW_MISSING',
      details: { reissueId },
    });
  });
});
