import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { invalidRequest } from '#libs/http';
import type { CodecKeys } from '#libs/temporal';
import { z } from 'zod';

/** By what the rows of a list are sorted, of the last row that was shown. */
export type CursorPosition = readonly (string | number)[];

const macLength = 16;

/**
 * Cursors: where the next page of a list begins, as a text that clients give back as they were given it. Each carries an
 * HMAC over its place and its list, so that what reaches a query was read from the database once. The keys are derived
 * from those of the payload codec, which every process of the operators' API has.
 */
export class Cursors {
  private readonly keys: readonly Buffer[];

  constructor({ current, keys }: CodecKeys) {
    const others = Object.keys(keys).filter((id) => id !== current);
    this.keys = [current, ...others].map((id) => deriveKey(keys[id]!));
  }

  /** @param list names the list, and what of it must not change between two pages, its order for one */
  write(list: string, place: CursorPosition): string {
    const text = JSON.stringify(place);
    return Buffer.concat([mac(this.keys[0]!, list, text), Buffer.from(text)]).toString('base64url');
  }

  /**
   * The place that {@link write} was given for the same list.
   * @throws ProblemError 422 that names the parameter `cursor`, for everything else
   */
  open<P extends CursorPosition>(list: string, cursor: string): P {
    const bytes = Buffer.from(cursor, 'base64url');
    const [given, text] = [bytes.subarray(0, macLength), bytes.subarray(macLength).toString()];
    const isOurs = this.keys.some((key) => isEqual(mac(key, list, text), given));
    // Decoding skips what is no base64url; a cursor has one form only.
    if (!isOurs || bytes.toString('base64url') !== cursor) throw cursorRefused();
    return JSON.parse(text) as P;
  }
}

/** A cursor as a parameter; what it says is read by {@link Cursors}. */
export const cursorSchema = z.string().max(400).describe('`nextCursor` of the page before');

/** How many a page may hold. */
export const limitSchema = (atMost: number, usual: number) =>
  z.coerce.number().int().min(1).max(atMost).default(usual);

const deriveKey = (key: Uint8Array) => Buffer.from(hkdfSync('sha256', key, '', 'reseal/ops-cursor/v1', 32));

const mac = (key: Buffer, list: string, text: string) =>
  createHmac('sha256', key)
    .update(JSON.stringify([list, text]))
    .digest()
    .subarray(0, macLength);

const isEqual = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);

const cursorRefused = () =>
  invalidRequest(
    [{ path: ['cursor'], message: 'is no `nextCursor` of this list; begin again without `cursor`' }],
    { type: 'query' },
    [
      {
        path: ['cursor'],
        message: '이 목록의 `nextCursor`가 아닙니다. `cursor` 없이 첫 페이지부터 다시 요청하십시오',
      },
    ],
  );
