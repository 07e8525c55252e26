import { parseArgs } from 'node:util';

export const usage = `npm run bench -- growth [options]

What a reissue costs while the database grows: processor time, SQL statements and p50, with more and more registered
reissues and all that belongs to them. Then what the processes keep in memory after many reissues. Needs a whole stack, whose
database it fills. The exit code is 1 if a figure grows by more than 15 %.

  --sizes LIST       stored reissues, ascending, separated by commas (default 1000,100000,1000000; the last takes 30 GB)
  --rounds N         measured rounds of each size (default 3)
  --count N          reissues of a round, a quarter of them one at a time (default 160)
  --memory N         reissues made to see whether memory grows; 0 leaves this part out (default 10000)
  --json             print the figures as one JSON object on the last line
  --help             this text
`;

export interface Options {
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly count: number;
  readonly memory: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** A wrong argument. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { sizes, rounds, count, memory, json = false, help = false } = parse(args);
  const stored = (sizes ?? '1000,100000,1000000').split(',').map((each) => number('--sizes', each, 1));
  if (stored.some((size, index) => index > 0 && size <= stored[index - 1]!))
    throw new UsageError(`--sizes must ascend, not "${sizes}".\n\n${usage}`);
  return {
    sizes: stored,
    rounds: number('--rounds', rounds ?? '3', 1),
    count: number('--count', count ?? '160', 4),
    memory: number('--memory', memory ?? '10000', 0),
    json,
    help,
  };
}

function number(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new UsageError(`${name} must be a number from ${least}, not "${text}".\n\n${usage}`);
  return value;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        sizes: { type: 'string' },
        rounds: { type: 'string' },
        count: { type: 'string' },
        memory: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
