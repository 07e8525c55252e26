import type { Database } from '#libs/db';
import { sql } from 'kysely';

/**
 * Inserts audit entries without the database's stamps and checks, as older entries are: with any role, action, actor and time.
 */
export async function insertUnstampedEntries<T>(owner: Database, insert: () => Promise<T>): Promise<T> {
  const switchStamps = async (how: 'DISABLE' | 'ENABLE') => {
    for (const table of ['audit_entry', 'authority_entry'])
      for (const trigger of [`${table}_stamped`, `${table}_checked`])
        await sql.raw(`ALTER TABLE ${table} ${how} TRIGGER ${trigger}`).execute(owner);
  };
  await switchStamps('DISABLE');
  try {
    return await insert();
  } finally {
    await switchStamps('ENABLE');
  }
}
