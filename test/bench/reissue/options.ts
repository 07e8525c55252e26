import { commonOptions, parseOptions, UsageError, wholeNumber } from '../options.js';

export const usage = `npm run bench -- reissue [options]

What a reissue costs, beside what Temporal itself costs for the same shape: six updates, one remote activity, steps that do
nothing. Both on the same stack, in turns. Prints rates, times of each step, history events, SQL statements by role,
processor time by process and thread, and the ratios, as medians of the rounds.

  --rounds N           measured rounds (default 3)
  --count N            reissues of each kind in each round, a quarter of them one at a time (default 160)
  --concurrency LIST   concurrent reissues, separated by commas (default 1,16,64)
  --only KIND          bare or reseal
  --profile            instead, run gateway, worker and signer with a profiler and 8 reissues at once, print the hottest
                       functions of each thread and the most frequent SQL statements, and write CPU profiles to
                       \`profiles/\` in the state folder
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

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { rounds, count, concurrency, only, ...others } = parseOptions(
    args,
    {
      rounds: { type: 'string', default: '3' },
      count: { type: 'string', default: '160' },
      concurrency: { type: 'string', default: '1,16,64' },
      only: { type: 'string' },
      profile: { type: 'boolean', default: false },
      ...commonOptions,
    },
    usage,
  );
  const number = (name: string, text: string) => wholeNumber(text, { name, most: 10_000, usage });
  return {
    rounds: number('--rounds', rounds),
    count: number('--count', count),
    concurrencies: concurrency.split(',').map((each) => number('--concurrency', each)),
    kinds: only === undefined ? kinds : [kindOf(only)],
    ...others,
  };
}

function kindOf(text: string): Kind {
  const found = kinds.find((kind) => kind === text);
  if (!found) throw new UsageError(`--only must be ${kinds.join(' or ')}, not "${text}".`, usage);
  return found;
}
