import { randomBytes } from 'node:crypto';

/**
 * A new serial number as 36 lower-case hexadecimal digits: 136 random bits after a leading byte that keeps it
 * positive, of one length, and the same text in every tool. 18 of the 20 octets RFC 5280 section 4.1.2.2 allows.
 */
export function newSerialNumber(): string {
  if (at === pool.length) {
    pool = randomBytes(poolSerials * randomPart);
    at = 0;
  }
  at += randomPart;
  return `10${pool.toString('hex', at - randomPart, at)}`;
}

/** Bytes of a serial number that are random. */
const randomPart = 17;
/** Random bytes are drawn for several serial numbers at once, which costs as much as for one. */
const poolSerials = 64;
let pool = Buffer.alloc(0);
let at = 0;

/** The CRL shard a serial number belongs to, so that no list grows with the whole population. */
export function crlShardOf(serial: string, shards: number): number {
  return Number.parseInt(serial.slice(-4), 16) % shards;
}
