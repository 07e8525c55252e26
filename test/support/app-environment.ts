import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** The folder in which the stack keeps everything it has. */
export const stateFolder = () => process.env.RESEAL_STATE ?? '.reseal';

/** The whole environment of one app of the stack; `owner` may change every table, `admin` is the superuser. */
export function environmentOf(app: string): Readonly<Record<string, string>> {
  return parseEnv(readFileSync(join(stateFolder(), 'env', `${app}.env`), 'utf8')) as Record<string, string>;
}

/** Where one app of the stack is asked whether it is ready, and for its metrics. */
export const metricsUrlOf = (app: string): string =>
  `http://127.0.0.1:${environmentOf(app).RESEAL_METRICS_PORT}`;

/** URL of the database as one of the apps knows it. */
export function databaseUrlOf(app: string): string {
  const url = environmentOf(app).RESEAL_DATABASE_URL;
  if (!url) throw new Error(`the environment of ${app} names no database`);
  return url;
}
