import { randomBytes } from 'node:crypto';

/**
 * A new serial number as 36 lower-case hexadecimal digits: 136 random bits after a leading byte that keeps it
 * positive, of one length, and the same text in every tool. 18 of the 20 octets RFC 5280 section 4.1.2.2 allows.
 */
export function newSerialNumber(): string {
  return `10${randomBytes(17).toString('hex')}`;
}

/** The CRL shard a serial number belongs to, so that no list grows with the whole population. */
export function crlShardOf(serial: string, shards: number): number {
  return Number.parseInt(serial.slice(-4), 16) % shards;
}
