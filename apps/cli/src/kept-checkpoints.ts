import { readFile } from 'node:fs/promises';
import { InvalidCheckpointFile, readCheckpointFile } from '#libs/audit-proofs';
import { UsageError } from './terminal.js';

/**
 * Reads checkpoints that were kept outside the database, as compact JWS.
 *
 * @throws {UsageError} if the file cannot be read or has no checkpoint
 */
export async function readCheckpoints(file: string): Promise<string[]> {
  try {
    return readCheckpointFile(await readBytes(file));
  } catch (error) {
    throw error instanceof InvalidCheckpointFile ? new UsageError(`${file}: ${error.message}.`) : error;
  }
}

/** @throws {UsageError} if the file cannot be read */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
