import { readFile } from 'node:fs/promises';
import { UsageError } from './terminal.js';

/** A compact JWS (RFC 7515 section 3.1). */
const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Checkpoints that were kept elsewhere: one as it was published, or a file of many, a line each, as the worker keeps
 * them. A line that a crash cut short is left out, as long as there is another.
 *
 * @throws {UsageError} if there is none in it
 */
export async function readCheckpoints(file: string): Promise<string[]> {
  const content = await readText(file);
  const found = content.split('\n').flatMap((line) => checkpointIn(line.trim()));
  if (found.length === 0) throw new UsageError(`${file} has no checkpoint.`);
  return found;
}

function checkpointIn(line: string): string[] {
  if (compactJws.test(line)) return [line];
  try {
    const value = JSON.parse(line) as unknown;
    const jws = typeof value === 'string' ? value : (value as { jws?: unknown } | null)?.jws;
    return typeof jws === 'string' && compactJws.test(jws) ? [jws] : [];
  } catch {
    return [];
  }
}

/** @throws {UsageError} if the file cannot be read */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** @throws {UsageError} if the file cannot be read, or has no JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${file} is no JSON.`);
  }
}
