import { randomBytes } from 'node:crypto';

/**
 * A new serial number as 36 lower-case hexadecimal digits: 136 random bits after a leading byte, which keeps the number
 * positive and all serial numbers equally long. 18 octets; RFC 5280 section 4.1.2.2 allows 20.
 */
export function newSerialNumber(): string {
  if (at === pool.length) {
    pool = randomBytes(poolSerials * randomPart);
    at = 0;
  }
  at += randomPart;
  return `10${pool.toString('hex', at - randomPart, at)}`;
}

/** Random bytes of a serial number. */
const randomPart = 17;
/** Random bytes are generated for several serial numbers at once, which costs no more than for one. */
const poolSerials = 64;
let pool = Buffer.alloc(0);
let at = 0;

/** The CRL shard of a serial number. Shards keep each list small. */
export function crlShardOf(serial: string, shards: number): number {
  return Number.parseInt(serial.slice(-4), 16) % shards;
}
