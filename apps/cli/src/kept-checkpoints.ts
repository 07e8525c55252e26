import { readFile } from 'node:fs/promises';
import { InvalidCheckpointFile, readCheckpointFile } from '#libs/audit-proofs';
import { kafkaCredentialsConfig, loadConfig } from '#libs/config';
import { topics } from '#libs/contracts';
import { kafkaCredentialsOf, readPublished } from '#libs/events';
import { z } from 'zod';
import { UsageError, type Terminal } from './terminal.js';

const kafkaScheme = 'kafka://';

/**
 * Reads checkpoints that were kept outside the database, as compact JWS.
 *
 * @param terminal for the credentials of Kafka, which the worker's settings name
 * @param place a file, or `kafka://` and brokers separated by commas: all checkpoints of the topic of the audit log
 * @param origin the log whose checkpoints are read from Kafka; of all logs if undefined
 * @throws {UsageError} if the place cannot be read or has no checkpoint
 * @throws {ConfigError} if the credentials of Kafka are not usable
 */
export async function readCheckpoints(
  { env }: Pick<Terminal, 'env'>,
  place: string,
  origin?: string,
): Promise<string[]> {
  if (place.startsWith(kafkaScheme)) return readCheckpointTopic(env, place, origin);
  try {
    return readCheckpointFile(await readBytes(place));
  } catch (error) {
    throw error instanceof InvalidCheckpointFile ? new UsageError(`${place}: ${error.message}.`) : error;
  }
}

async function readCheckpointTopic(
  env: Terminal['env'],
  place: string,
  origin: string | undefined,
): Promise<string[]> {
  const credentials = kafkaCredentialsOf(loadConfig(z.object(kafkaCredentialsConfig), env));
  const brokers = place.slice(kafkaScheme.length).replace(/\/$/, '').split(',');
  const events = await readPublished({ brokers, credentials, topics: [topics.audit] }).catch(
    (error: unknown) => {
      throw new UsageError(`${place} cannot be read: ${(error as Error).message}`);
    },
  );
  // Others may write to the topic too: the verifier trusts signatures only.
  const kept = events.flatMap(({ data: { origin: log, jws } }) =>
    typeof jws === 'string' && (origin === undefined || log === origin) ? [jws] : [],
  );
  if (kept.length === 0) throw new UsageError(`${place} has no checkpoint of this log.`);
  return kept;
}

/** @throws {UsageError} if the file cannot be read */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
