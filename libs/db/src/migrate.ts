import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runner } from 'node-pg-migrate';
import { projectRoot } from '#libs/config';

/** Migrates the database at `url` to the newest schema. Another migration of this database waits until this one has ended. */
export async function migrate(url: string, log: (line: string) => void): Promise<void> {
  const done = await runner({
    databaseUrl: url,
    dir: join(projectRoot(), 'libs/db/migrations'),
    direction: 'up',
    migrationsTable: 'schema_migration',
    checkOrder: true,
    singleTransaction: true,
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
  for (const migration of done) log(`migrated ${migration.name}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const url = process.env.RESEAL_DATABASE_URL;
  if (!url) {
    console.error('RESEAL_DATABASE_URL is missing: set it to the URL of the database owner (reseal_owner).');
    process.exit(78);
  }
  await migrate(url, console.log);
}
