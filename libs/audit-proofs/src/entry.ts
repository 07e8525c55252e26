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
  /** Of the personal part, as {@link digestOfPersonal} makes it: the part itself can be erased. */
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

/**
 * By which an entry vouches for its personal part: `2:` and, in hexadecimal, SHA-256 over salt and content, each after its
 * length in bytes and a colon. So no character can move from one to the other.
 */
export const digestOfPersonal = ({ salt, content }: PersonalPart): string =>
  `2:${digestOfText([salt, content].map((part) => `${utf8ToBytes(part).length}:${part}`).join(''))}`;

/** The salt that the first form of the digest was made with: its fixed length tells where the content begins. */
const firstSalt = /^[0-9a-f]{32}$/;

/** Whether an entry vouches for a personal part, by a digest of today's form or of the first one, without lengths. */
export function isPersonalPartOf(personal: PersonalPart, digest: string | null): boolean {
  if (digest?.startsWith('2:')) return digestOfPersonal(personal) === digest;
  return firstSalt.test(personal.salt) && digestOfText(personal.salt + personal.content) === digest;
}
