import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import { createReconcileActivities } from '#activities/lifecycle';
import { intentLifetimeMs } from '#activities/signing';
import { killPoints, type KillPoint, type Task } from '../support/signing-victim.js';
import { watchedDatabase, type Watch } from '../support/watched-database.js';
import { minute } from '../world/movable-clock.js';
import { createSigningWorld, type SigningWorld } from '../world/signing-world.js';

jest.setTimeout(120_000);
let world: SigningWorld;
beforeAll(async () => void (world = await createSigningWorld()));
afterAll(() => world.close());

/** A Temporal client for which every workflow runs and none needs a signal. */
const temporal = {
  workflow: {
    list: async function* () {},
    getHandle: () => ({ describe: async () => ({ status: { name: 'RUNNING' } }) }),
  },
} as never;
const reconcile = () =>
  createReconcileActivities({
    db: world.as('worker'),
    clock: world.clock.now,
    temporal,
    logger: world.ports.logger,
  }).reconcileReissues();

/**
 * Checks the result of every crash: one certificate is in force; every other serial number is abandoned and gets onto a
 * CRL.
 */
async function expectOneInForce(reissueId: string, serial: string): Promise<void> {
  const rows = await world.certificatesOf(reissueId);
  for (const row of rows) {
    expect(row).toMatchObject(
      row.serial === serial
        ? { state: 'STORED', revoked_at: null }
        : { state: 'ABANDONED', der: null, revocation_reason: 'cessationOfOperation', crl_pending: true },
    );
  }
  expect(rows.filter((row) => row.serial === serial)).toHaveLength(1);
}

async function issued(reissueId: string): Promise<string> {
  const answer = await world.issue(reissueId);
  if (answer.outcome !== 'ISSUED') throw new Error(answer.code);
  return answer.serial;
}
const statesOf = async (reissueId: string) =>
  (await world.certificatesOf(reissueId)).map((row) => row.state).sort();

describe('a signer that is killed', () => {
  /** The rows that a crash at each point leaves in the database. */
  const left: Record<KillPoint, readonly string[]> = {
    'before the intent is written': [],
    'before the intent is committed': [],
    'after the intent was committed': ['INTENT'],
    'after signing': ['INTENT'],
    'before the certificate is committed': ['INTENT'],
    'after the certificate was committed': ['STORED'],
    'before it answers': ['STORED'],
  };
  const reissues = new Map<KillPoint, string>();

  beforeAll(async () => {
    const ids = await world.makeReissues(killPoints.length);
    killPoints.forEach((moment, index) => reissues.set(moment, ids[index]!));
    await Promise.all(killPoints.map(kill));
  });

  async function kill(killed: KillPoint): Promise<void> {
    const victim = fork(join(import.meta.dirname, '../support/signing-victim.ts'), {
      execArgv: [
        '--conditions=source',
        '--experimental-transform-types',
        '--disable-warning=ExperimentalWarning',
        `--import=${join(import.meta.dirname, '../support/typescript.mjs')}`,
      ],
      env: { PATH: process.env.PATH },
    });
    const { databaseUrl, caDirectory, passphrase, ports, clock } = world;
    const task: Task = {
      killed,
      reissueId: reissues.get(killed)!,
      databaseUrl,
      caDirectory,
      passphrase,
      profile: ports.profile,
      at: clock.now().toISOString(),
    };
    victim.send(task);
    const [, signal] = (await once(victim, 'exit')) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error(`the signer was not killed ${killed}`);
  }

  it.each(killPoints)('A signer that is killed %s leaves the state that CYCLE.md names', async (moment) => {
    expect(await statesOf(reissues.get(moment)!)).toEqual(left[moment]);
  });

  it.each(killPoints)(
    'No other signer signs while the intent of a signer killed %s may live',
    async (moment) => {
      const reissueId = reissues.get(moment)!;
      if (left[moment][0] === 'INTENT') {
        await expect(world.issue(reissueId)).rejects.toMatchObject({ type: 'UNDER_WAY' });
      } else {
        await expectOneInForce(reissueId, await issued(reissueId));
      }
    },
  );

  it('The reconciler closes every open intent of killed signers, and only those', async () => {
    const young = await reconcile();
    expect(young.closedIntents).toBe(0);
    world.clock.advance(6 * minute);
    expect((await reconcile()).closedIntents).toBe(
      killPoints.filter((moment) => left[moment][0] === 'INTENT').length,
    );
    const open = world.owner.selectFrom('certificate').select('serial').where('state', '=', 'INTENT');
    expect(await open.execute()).toEqual([]);
  });

  it.each(killPoints)('One certificate is in force after a signer was killed %s', async (moment) => {
    const reissueId = reissues.get(moment)!;
    const serial = await issued(reissueId);
    expect(await issued(reissueId)).toBe(serial);
    await expectOneInForce(reissueId, serial);
    await world.auditOf(reissueId); // fails if a number is missing
  });
});

describe('an attempt that was believed dead', () => {
  it.each([
    ['another attempt', async (reissueId: string) => void (await issued(reissueId)), ['ABANDONED', 'STORED']],
    ['the reconciler', async () => void (await reconcile()), ['ABANDONED']],
  ] as const)('A late attempt finds its intent closed by %s and discards its signature', async (...how) => {
    const [, close, states] = how;
    const { reissueId } = await world.makeReissue();
    const slow = world.signingWith(async (bytes) => {
      world.clock.advance(intentLifetimeMs + 6 * minute);
      await close(reissueId);
      return world.authority.keyStore.sign(bytes);
    });
    const attempt = world.signer({ authorities: slow })(reissueId);
    await expect(attempt).rejects.toMatchObject({ type: 'DISCARDED', nonRetryable: false });
    expect(await statesOf(reissueId)).toEqual(states);
    await expectOneInForce(reissueId, await issued(reissueId));
  });
});

describe('a database', () => {
  /** One attempt of a signer whose database has these hooks. */
  async function attempt(reissueId: string, watch: Watch) {
    const db = watchedDatabase(world.databaseUrl, watch);
    try {
      return await world.signer({ db })(reissueId);
    } finally {
      await db.destroy();
    }
  }
  const lost = new Error('Connection terminated unexpectedly');
  const losing = (transaction: number) => (nth: number) => {
    if (nth === transaction) throw lost;
  };

  it.each<[string, Watch, readonly string[]]>([
    ['the intent, which is written', { afterCommit: losing(1) }, ['ABANDONED']],
    ['the intent, which is not written', { beforeCommit: losing(1) }, []],
    ['the certificate, which is stored', { afterCommit: losing(2) }, ['STORED']],
    ['the certificate, which is not stored', { beforeCommit: losing(2) }, ['ABANDONED']],
  ])(
    'A database that is lost while it commits %s makes the next attempt neither wait nor fail',
    async (...how) => {
      const [, watch, states] = how;
      const { reissueId } = await world.makeReissue();
      await expect(attempt(reissueId, watch)).rejects.toBe(lost);
      expect(await statesOf(reissueId)).toEqual(states);
      await expectOneInForce(reissueId, await issued(reissueId));
    },
  );

  it('A database that refuses to store a certificate delivers nothing, and later another one is issued', async () => {
    const { reissueId } = await world.makeReissue();
    await sql`
      CREATE FUNCTION refuse_to_store() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'the disk is full'; END $$
    `.execute(world.owner);
    await sql`
      CREATE TRIGGER refuse_to_store BEFORE UPDATE ON certificate FOR EACH ROW
      WHEN (NEW.state = 'STORED') EXECUTE FUNCTION refuse_to_store()
    `.execute(world.owner);
    await expect(world.issue(reissueId)).rejects.toThrow('the disk is full');
    expect(await statesOf(reissueId)).toEqual(['ABANDONED']);
    await sql`DROP TRIGGER refuse_to_store ON certificate`.execute(world.owner);
    await expectOneInForce(reissueId, await issued(reissueId));
    expect(await world.auditOf(reissueId)).toEqual(['INTENDED', 'ABANDONED', 'INTENDED', 'DONE']);
  });

  it('A database with the same serial number takes no second certificate under it', async () => {
    const [first, second] = await world.makeReissues(2);
    const taken = await issued(first!);
    await sql`
      CREATE FUNCTION take_serial() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN SELECT serial INTO NEW.serial FROM certificate WHERE state = 'STORED' AND reissue_id = TG_ARGV[0];
        RETURN NEW; END $$
    `.execute(world.owner);
    await sql`
      CREATE TRIGGER take_serial BEFORE INSERT ON certificate FOR EACH ROW
      EXECUTE FUNCTION take_serial(${sql.lit(first!)})
    `.execute(world.owner);
    await expect(world.issue(second!)).rejects.toMatchObject({ type: 'UNDER_WAY', nextRetryDelay: 1_000 });
    await sql`DROP TRIGGER take_serial ON certificate`.execute(world.owner);
    await expectOneInForce(first!, taken);
    await expectOneInForce(second!, await issued(second!));
  });
});
