import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { hashLeaf, type Hash } from './merkle.js';

/** The stream of everything that happened outside any reissue; the others are named by their reissue. */
export const authorityStream = 'authority';

/** An entry of the audit trail as the log knows it. */
export interface LoggedEntry {
  /** A reissue's id, or {@link authorityStream}. */
  readonly stream: string;
  /** Its place there; of a reissue without a gap, from 1. */
  readonly sequence: number;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** SHA-256 of salt and personal part, hexadecimal: the part itself can be erased. */
  readonly personalDigest: string | null;
  /** ISO 8601, UTC, with milliseconds. */
  readonly occurredAt: string;
  /** The role of the database that inserted it, as the database says; not in entries from before it did. */
  readonly recordedBy?: string | undefined;
  /** When, by the database's clock; together with `recordedBy`. */
  readonly recordedAt?: string | undefined;
}

/** What an entry tells of persons, kept apart from it. */
export interface PersonalPart {
  readonly salt: string;
  /** JSON, exactly as it was digested. */
  readonly content: string;
}

/**
 * JSON in its one canonical form (RFC 8785).
 *
 * @throws {TypeError} for what is no JSON
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this is no JSON');
  return text;
}

/** SHA-256 over the canonical form, hexadecimal. */
export const digestOfJson = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));

export const digestOfText = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** The leaf that an entry is in the log. */
export function leafOf(entry: LoggedEntry): Hash {
  const { stream, sequence, actor, action, outcome, reason, details, personalDigest, occurredAt } = entry;
  const { recordedBy, recordedAt } = entry;
  const exactly = {
    ...{ stream, sequence, actor, action, outcome, reason, details, personalDigest, occurredAt },
    ...(recordedBy === undefined ? {} : { recordedBy }),
    ...(recordedAt === undefined ? {} : { recordedAt }),
  };
  return hashLeaf(utf8ToBytes(canonicalJson(exactly)));
}

/** By which an entry vouches for its personal part. */
export const digestOfPersonal = ({ salt, content }: PersonalPart): string => digestOfText(salt + content);
