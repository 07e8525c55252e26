import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { withDatabaseFiles } from '#libs/credentials';

/** The state folder of the stack. */
export const stateFolder = () => process.env.RESEAL_STATE ?? '.reseal';

/** The environment of an app of the stack. `owner` owns the tables; `admin` is the database's superuser. */
export function environmentOf(app: string): Readonly<Record<string, string>> {
  return parseEnv(readFileSync(join(stateFolder(), 'env', `${app}.env`), 'utf8')) as Record<string, string>;
}

/** The port of an app's readiness and metrics. */
export const metricsPortOf = (app: string): string => environmentOf(app).RESEAL_METRICS_PORT ?? '';

/** URL of an app's readiness and metrics. */
export const metricsUrlOf = (app: string): string => `http://127.0.0.1:${metricsPortOf(app)}`;

/** URL of the database with the role of an app. */
export function databaseUrlOf(app: string): string {
  const env = environmentOf(app);
  const url = env.RESEAL_DATABASE_URL;
  if (!url) throw new Error(`the environment of ${app} names no database`);
  return withDatabaseFiles(url, {
    ca: env.RESEAL_DATABASE_CA_FILE,
    certificate: env.RESEAL_DATABASE_CERTIFICATE_FILE,
    key: env.RESEAL_DATABASE_KEY_FILE,
    password: env.RESEAL_DATABASE_PASSWORD_FILE,
  });
}
