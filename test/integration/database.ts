import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** URL of the stack's database as one of its apps knows it; `owner` may do everything. */
export function databaseUrlOf(app: string): string {
  const file = join(process.env.RESEAL_STATE ?? '.reseal', 'env', `${app}.env`);
  const url = parseEnv(readFileSync(file, 'utf8')).RESEAL_DATABASE_URL;
  if (!url) throw new Error(`${file} names no database`);
  return url;
}
