import { parseArgs } from 'node:util';

export const usage = `npm run bench -- reissue [options]

What a reissue costs, beside what Temporal itself costs for the same shape: six updates, one remote activity, steps that do
nothing. Both on the same stack, in turns. Prints rates, times of each step, history events, SQL statements by role,
processor time by process and thread, and the ratios, as medians of the rounds.

  --rounds N           measured rounds (default 3)
  --count N            reissues of each kind in each round, a quarter of them one at a time (default 160)
  --concurrency LIST   concurrent reissues, separated by commas (default 1,16,64)
  --only KIND          bare or reseal
  --profile            instead, run gateway, worker and signer with a profiler and 8 reissues at once, print the hottest
                       functions of each thread, and write CPU profiles to \`profiles/\` in the state folder
  --json               print the figures as one JSON object on the last line
  --help               this text
`;

const kinds = ['bare', 'reseal'] as const;
/** A reissue of Reseal, or the same shape on Temporal alone. */
export type Kind = (typeof kinds)[number];

export interface Options {
  readonly rounds: number;
  readonly count: number;
  readonly concurrencies: readonly number[];
  readonly kinds: readonly Kind[];
  readonly profile: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** A wrong argument. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { rounds, count, concurrency, only, profile = false, json = false, help = false } = parse(args);
  return {
    rounds: number('--rounds', rounds, 3),
    count: number('--count', count, 160),
    concurrencies: (concurrency ?? '1,16,64').split(',').map((each) => number('--concurrency', each, 1)),
    kinds: only === undefined ? kinds : [kindOf(only)],
    profile,
    json,
    help,
  };
}

function kindOf(text: string): Kind {
  const found = kinds.find((kind) => kind === text);
  if (!found) throw new UsageError(`--only must be ${kinds.join(' or ')}, not "${text}".\n\n${usage}`);
  return found;
}

function number(name: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (!Number.isInteger(value) || value < 1 || value > 10_000)
    throw new UsageError(`${name} must be a number from 1 to 10000, not "${text}".\n\n${usage}`);
  return value;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        count: { type: 'string' },
        concurrency: { type: 'string' },
        only: { type: 'string' },
        profile: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
