import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';
import { hashLeaf, type Hash } from './merkle.js';

/** The stream of all acts outside any reissue. Every other stream has the id of its reissue. */
export const authorityStream = 'authority';

/** An entry of the audit trail, as in the log. */
export interface LoggedEntry {
  /** A reissue's id, or {@link authorityStream}. */
  readonly stream: string;
  /** Its position in the stream; in a reissue from 1, without gaps. */
  readonly sequence: number;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** Digest of the personal part by {@link digestOfPersonal}; the part itself can be erased. */
  readonly personalDigest: string | null;
  /** ISO 8601, UTC, with milliseconds. */
  readonly occurredAt: string;
  /** The database role that inserted the entry, from the database; absent in the oldest entries. */
  readonly recordedBy?: string | undefined;
  /** The time of the insertion by the database's clock; together with `recordedBy`. */
  readonly recordedAt?: string | undefined;
}

/** The personal data of an entry, which is stored separately. */
export interface PersonalPart {
  readonly salt: string;
  /** JSON, exactly as digested. */
  readonly content: string;
}

/**
 * JSON in its one canonical form (RFC 8785).
 *
 * @throws {TypeError} if the value is not JSON
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('the value is not JSON');
  return text;
}

/** SHA-256 over the canonical form, hexadecimal. */
export const digestOfJson = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));

export const digestOfText = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** The leaf of an entry in the log. */
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
 * The digest of a personal part: `2:` and, in hexadecimal, SHA-256 over salt and content, each with its length in bytes and
 * a colon before it. The lengths prevent that characters move from one to the other.
 */
export const digestOfPersonal = ({ salt, content }: PersonalPart): string =>
  `2:${digestOfText([salt, content].map((part) => `${utf8ToBytes(part).length}:${part}`).join(''))}`;

/** The salt of the first form of the digest: its fixed length separates it from the content. */
const firstSalt = /^[0-9a-f]{32}$/;

/** Whether a digest matches a personal part, in the current form or in the first form, which has no lengths. */
export function isPersonalPartOf(personal: PersonalPart, digest: string | null): boolean {
  if (digest?.startsWith('2:')) return digestOfPersonal(personal) === digest;
  return firstSalt.test(personal.salt) && digestOfText(personal.salt + personal.content) === digest;
}
