import { parseArgs } from 'node:util';

export const usage = `npm run bench -- password [options]

How long the password step takes, and how much of it is hashing. How long a step of another reissue takes on a quiet stack,
and while many reissues submit wrong passwords at once. On a whole stack, over HTTP.

  --flood N      concurrent wrong passwords (default 200)
  --rounds N     measured rounds, up to 4, because the fifth wrong password locks (default 3)
  --steps N      steps of each kind in each round (default 20)
  --json         print the figures as one JSON object on the last line
  --help         this text
`;

export interface Options {
  readonly flood: number;
  readonly rounds: number;
  readonly steps: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** A wrong argument. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { flood, rounds, steps, json = false, help = false } = parse(args);
  return {
    flood: count('flood', flood, 200, 2_000),
    rounds: count('rounds', rounds, 3, 4),
    steps: count('steps', steps, 20, 500),
    json,
    help,
  };
}

function count(name: string, text: string | undefined, fallback: number, most: number): number {
  const value = Number(text ?? fallback);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new UsageError(`--${name} must be a number from 1 to ${most}, not "${text}".\n\n${usage}`);
  return value;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        flood: { type: 'string' },
        rounds: { type: 'string' },
        steps: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
