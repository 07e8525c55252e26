import { z } from 'zod';
import { trustSchema, type TrustFile } from '../bundle.js';
import { FindingCollector, type EvidenceVerdict } from '../verify/report.js';
import { verifyEvidence } from '../verify/verify-evidence.js';
import { NotText, textOf } from './decode.js';
import { NotIJson, readIJson } from './i-json.js';

/** The trust file is not valid: nothing can be verified. */
export class InvalidTrustFile extends Error {
  override readonly name = 'InvalidTrustFile';
}

/** The file has no checkpoint. */
export class InvalidCheckpointFile extends Error {
  override readonly name = 'InvalidCheckpointFile';
}

/** The verdict on a file, and the number of its entries. */
export interface FileVerdict {
  readonly verdict: EvidenceVerdict;
  readonly entries: number;
}

/**
 * Verifies a file of evidence offline, in a browser or in Node. Command line, console and API all use this function. A file
 * that cannot be read gives a finding, not an error.
 *
 * @param kept checkpoints that were kept elsewhere, as compact JWS
 */
export async function verifyEvidenceFile(
  file: Uint8Array,
  trust: TrustFile,
  kept: readonly string[] = [],
): Promise<FileVerdict> {
  try {
    const content = readIJson(textOf(file));
    return { verdict: await verifyEvidence(content, trust, kept), entries: entriesIn(content) };
  } catch (error) {
    if (!(error instanceof NotText || error instanceof NotIJson)) throw error;
    const report = new FindingCollector();
    const ambiguous = error instanceof NotIJson && error.kind === 'AMBIGUOUS';
    report.finding(ambiguous ? 'FORMAT_INVALID' : 'UNREADABLE', `the bundle: ${error.message}`);
    return { verdict: report.verdict(), entries: 0 };
  }
}

function entriesIn(content: unknown): number {
  const { entries } = (content ?? {}) as { readonly entries?: unknown };
  return Array.isArray(entries) ? entries.length : 0;
}

/**
 * Parses a trust file.
 *
 * @throws {InvalidTrustFile}
 */
export function readTrustFile(file: Uint8Array): TrustFile {
  try {
    return readTrust(readIJson(textOf(file)));
  } catch (error) {
    if (!(error instanceof NotText || error instanceof NotIJson)) throw error;
    throw new InvalidTrustFile(`the trust file cannot be read: ${error.message}`);
  }
}

/**
 * Validates parsed JSON as a trust file.
 *
 * @throws {InvalidTrustFile}
 */
export function readTrust(content: unknown): TrustFile {
  const found = trustSchema.safeParse(content);
  if (found.success) return found.data;
  throw new InvalidTrustFile(`the file is not a trust file: ${z.prettifyError(found.error)}`);
}

/** A compact JWS (RFC 7515 section 3.1). */
const compactJws = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Parses a file of checkpoints, as compact JWS: one checkpoint as published, or many with one per line, as the worker keeps
 * them. A line that was cut short by a crash is ignored if there is another one.
 *
 * @throws {InvalidCheckpointFile} if the file has no checkpoint
 */
export function readCheckpointFile(file: Uint8Array): string[] {
  const text = decoded(file);
  const whole = checkpointIn(text);
  const found = whole ? [whole] : text.split('\n').flatMap((line) => checkpointIn(line) ?? []);
  if (found.length === 0) throw new InvalidCheckpointFile('the file has no checkpoint');
  return found;
}

function decoded(file: Uint8Array): string {
  try {
    return textOf(file);
  } catch (error) {
    throw error instanceof NotText ? new InvalidCheckpointFile(error.message) : error;
  }
}

function checkpointIn(text: string): string | undefined {
  const trimmed = text.trim();
  if (compactJws.test(trimmed)) return trimmed;
  try {
    const value = readIJson(trimmed);
    const jws = typeof value === 'string' ? value : (value as { readonly jws?: unknown } | null)?.jws;
    return typeof jws === 'string' && compactJws.test(jws) ? jws : undefined;
  } catch (error) {
    if (error instanceof NotIJson) return undefined;
    throw error;
  }
}
