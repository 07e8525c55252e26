/** One line of a file. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its end; undefined if the line is longer than {@link longestLine}. */
  readonly text: string | undefined;
}

/** In bytes. A certificate takes about 2,500. */
export const longestLine = 64 * 1024;

/** The encodings of customer files: files of older systems are often in EUC-KR (CP949). */
export const encodings = ['utf-8', 'euc-kr'] as const;
export type Encoding = (typeof encodings)[number];

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits a file into its lines, in batches, with little memory: what a line has beyond {@link longestLine} is dropped.
 * A byte order mark is dropped too. Bytes that the encoding does not have become U+FFFD.
 *
 * @param most the largest number of lines in a batch
 */
export async function* lineBatches(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
  most: number,
): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder(encoding);
  let number = 0;
  let batch: Line[] = [];
  let begun: Buffer[] = [];
  let length = 0;

  const endLine = (): void => {
    const bytes = Buffer.concat(begun);
    const content = bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
    const text = length > longestLine ? undefined : decoder.decode(content);
    batch.push({ number: (number += 1), text });
    begun = [];
    length = 0;
  };
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(lineFeed, from);
      const part = chunk.subarray(from, end < 0 ? undefined : end);
      length += part.length;
      if (length <= longestLine) begun.push(part);
      from += part.length + 1;
      if (end < 0) break;
      endLine();
      if (batch.length < most) continue;
      yield batch;
      batch = [];
    }
  }
  if (length > 0) endLine();
  if (batch.length > 0) yield batch;
}
