import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runner } from 'node-pg-migrate';
import { databaseUrlConfig, exitOnConfigError, loadConfig, projectRoot } from '#libs/config';
import { databaseConnection } from '#libs/credentials';
import { z } from 'zod';

/** Migrates the database at `url` to the newest schema. Another migration of this database waits until this one has ended. */
export async function migrate(url: string, log: (line: string) => void): Promise<void> {
  const done = await runner({
    databaseUrl: databaseConnection(url),
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
  const { databaseUrl: url } = exitOnConfigError(() => loadConfig(z.object(databaseUrlConfig)));
  await migrate(url, console.log);
}
