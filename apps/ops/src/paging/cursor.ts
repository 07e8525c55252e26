import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { invalidRequest } from '#libs/http';
import type { CodecKeys } from '#libs/temporal';
import { z } from 'zod';

/** The sort keys of the last row of a page. */
export type CursorPosition = readonly (string | number)[];

const macLength = 16;

/**
 * Writes and reads cursors: opaque texts that name the start of the next page of a list. An HMAC over position and list
 * protects each, so that only values from the database reach a query. The keys are derived from those of the payload
 * codec, which every process of the operators' API has.
 */
export class Cursors {
  private readonly keys: readonly Buffer[];

  constructor({ current, keys }: CodecKeys) {
    const others = Object.keys(keys).filter((id) => id !== current);
    this.keys = [current, ...others].map((id) => deriveKey(keys[id]!));
  }

  /** @param list name of the list, with everything that must stay the same between two pages, such as the order */
  write(list: string, position: CursorPosition): string {
    const text = JSON.stringify(position);
    return Buffer.concat([mac(this.keys[0]!, list, text), Buffer.from(text)]).toString('base64url');
  }

  /**
   * The position that was passed to {@link write} for the same list.
   * @throws ProblemError 422 for the parameter `cursor` if the cursor is not from this list
   */
  open<P extends CursorPosition>(list: string, cursor: string): P {
    const bytes = Buffer.from(cursor, 'base64url');
    const [given, text] = [bytes.subarray(0, macLength), bytes.subarray(macLength).toString()];
    const isOurs = this.keys.some((key) => isEqual(mac(key, list, text), given));
    // Decoding skips characters that are not base64url, but a cursor has only one valid form.
    if (!isOurs || bytes.toString('base64url') !== cursor) throw cursorRefused();
    return JSON.parse(text) as P;
  }
}

/** The parameter `cursor`; {@link Cursors} reads it. */
export const cursorSchema = z.string().max(400).describe('`nextCursor` of the previous page');

/** The parameter `limit`: the number of items of a page. */
export const limitSchema = (max: number, usual: number) =>
  z.coerce.number().int().min(1).max(max).default(usual);

const deriveKey = (key: Uint8Array) => Buffer.from(hkdfSync('sha256', key, '', 'reseal/ops-cursor/v1', 32));

const mac = (key: Buffer, list: string, text: string) =>
  createHmac('sha256', key)
    .update(JSON.stringify([list, text]))
    .digest()
    .subarray(0, macLength);

const isEqual = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);

const cursorRefused = () =>
  invalidRequest(
    [{ path: ['cursor'], message: 'is not a `nextCursor` of this list; start again without `cursor`' }],
    { type: 'query' },
    [
      {
        path: ['cursor'],
        message: '이 목록의 `nextCursor`가 아닙니다. `cursor` 없이 첫 페이지부터 다시 요청해 주세요',
      },
    ],
  );
