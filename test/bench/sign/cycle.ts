import { sql } from 'kysely';
import { pino } from 'pino';
import { createSigningActivities } from '#activities/signing';
import { soleAuthority } from '#libs/ca';
import { createDatabase } from '#libs/db';
import { loadTerms } from '#libs/terms';
import { createTestDatabase } from '../../world/test-database.js';
import { inParallel, type Case } from '../measure.js';
import { insertReadyReissues } from '../ready-reissues.js';
import { processorMeter } from '../processor.js';
import type { BenchAuthority } from './bench-authority.js';

/** Certificates of one round, by the number of concurrent requests. */
const perRound: Readonly<Record<number, number>> = { 1: 300, 16: 2_000 };

/**
 * The whole cycle of the signer: check, intent and commit, sign, verify, store and commit. On PostgreSQL, as the launcher
 * configures it. Each certificate is for another reissue, person and key.
 */
export async function cycleCases({ authority, profile }: BenchAuthority): Promise<{
  cases: Case[];
  /** Name and version of the database server. */
  server: string;
  close(): Promise<void>;
}> {
  const database = await createTestDatabase();
  const owner = createDatabase({ url: database.urlOf('owner'), applicationName: 'bench' });
  const db = createDatabase({
    url: database.urlOf('signer'),
    applicationName: 'bench',
    keepPlans: true,
  });
  const { issueCertificate } = createSigningActivities({
    db,
    authorities: soleAuthority(authority),
    profile,
    clock: () => new Date(),
    terms: loadTerms(),
    logger: pino({ level: 'silent' }),
  });

  const processorTime = await processorMeter(db);
  const issue = async (reissueId: string) => {
    const result = await issueCertificate({ reissueId, updateId: 'bench' });
    if (result.outcome !== 'ISSUED') throw new Error(`${reissueId}: ${result.code}`);
  };
  const atOnce = (concurrency: number): Case => {
    const size = perRound[concurrency]!;
    let ready: string[] = [];
    return {
      name: `cycle-${concurrency}`,
      title: `whole cycle with both commits, ${concurrency} concurrent`,
      async prepare(rounds) {
        ready = await insertReadyReissues(owner, rounds * size);
      },
      async round() {
        const before = processorTime();
        const sample = await inParallel(concurrency, ready.splice(0, size), issue);
        return { ...sample, cpuSeconds: processorTime() - before };
      },
    };
  };
  const { rows } = await sql<{
    version: string;
  }>`select current_setting('server_version') as version`.execute(db);
  return {
    cases: [atOnce(1), atOnce(16)],
    server: `PostgreSQL ${rows[0]!.version}`,
    async close() {
      await Promise.all([owner.destroy(), db.destroy()]);
      await database.drop();
    },
  };
}
