import { z } from 'zod';

/** Where a page of a list begins: by which sort, after which time (as PostgreSQL writes it) and id. */
const place = z.tuple([
  z.string().max(20),
  z.string().regex(/^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/),
  z.string().max(64),
]);

export interface Cursor {
  readonly sort: string;
  readonly time: string;
  readonly id: string;
}

/** A cursor as text: opaque to clients, who give back what they were given. */
export const writeCursor = ({ sort, time, id }: Cursor): string =>
  Buffer.from(JSON.stringify([sort, time, id])).toString('base64url');

/** Reads what {@link writeCursor} wrote; anything else is a fault of the input. */
export const cursorSchema = z
  .string()
  .max(300)
  .transform((text, context): Cursor => {
    const read = place.safeParse(parse(text));
    if (read.success) return { sort: read.data[0], time: read.data[1], id: read.data[2] };
    context.addIssue({ code: 'custom', message: 'is no cursor of this list' });
    return z.NEVER;
  })
  .describe('`nextCursor` of the page before');

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** How many a page may hold. */
export const limitSchema = (atMost: number, usual: number) =>
  z.coerce.number().int().min(1).max(atMost).default(usual);
