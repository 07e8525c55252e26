import { open } from 'node:fs/promises';
import type { Database } from '#libs/db';
import { customerReferencesAfter } from '#libs/db/customers';
import { UsageError } from '../terminal.js';

const batch = 5_000;

/**
 * Writes a CSV file (RFC 4180) with `customerId` and `customerRef`, which only its owner may read. Neither holds a character
 * that needs quotes.
 *
 * @throws UsageError if the file exists or cannot be made
 */
export async function writeReferences(
  db: Database<'select customer'>,
  file: string,
): Promise<{ customers: number }> {
  const out = await open(file, 'wx', 0o600).catch(({ code }: NodeJS.ErrnoException) => {
    throw new UsageError(code === 'EEXIST' ? `The file ${file} exists` : `The file ${file} cannot be made`);
  });
  try {
    await out.write('customerId,customerRef\r\n');
    for (let customers = 0, after = ''; ;) {
      const references = await customerReferencesAfter(db, after, batch);
      const last = references.at(-1);
      if (!last) return { customers };
      await out.write(
        references.map(({ customerId, customerRef }) => `${customerId},${customerRef}\r\n`).join(''),
      );
      customers += references.length;
      after = last.customerId;
    }
  } finally {
    await out.close();
  }
}
