import type { parseArgs, ParseArgsOptionsConfig } from 'node:util';
import { parseOptions as parse } from '#libs/command-line';

/** A wrong argument. The message ends with the usage of the benchmark. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(message: string, usage: string) {
    super(`${message}\n\n${usage}`);
  }
}

/** The options of every benchmark that can print its figures as JSON. */
export const commonOptions = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig;

/** Parses the arguments of a benchmark. @throws {UsageError} */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  usage: string,
): ReturnType<typeof parseArgs<{ options: Options }>>['values'] {
  try {
    return parse({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, usage);
  }
}

interface WholeNumber {
  /** As it is typed: `--count`. */
  readonly name: string;
  readonly least?: number;
  readonly most?: number;
  readonly usage: string;
}

/** Reads a whole number. @throws {UsageError} if it is none, or beyond a bound */
export function wholeNumber(text: string, { name, least = 1, most, usage }: WholeNumber): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= (most ?? value)) return value;
  const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${name} must be a number ${range}, not "${text}".`, usage);
}
