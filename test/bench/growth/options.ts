import { commonOptions, parseOptions, UsageError, wholeNumber } from '../options.js';

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

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { sizes, rounds, count, memory, json, help } = parseOptions(
    args,
    {
      sizes: { type: 'string', default: '1000,100000,1000000' },
      rounds: { type: 'string', default: '3' },
      count: { type: 'string', default: '160' },
      memory: { type: 'string', default: '10000' },
      ...commonOptions,
    },
    usage,
  );
  const stored = sizes.split(',').map((each) => wholeNumber(each, { name: '--sizes', usage }));
  if (stored.some((size, index) => index > 0 && size <= stored[index - 1]!))
    throw new UsageError(`--sizes must ascend, not "${sizes}".`, usage);
  return {
    sizes: stored,
    rounds: wholeNumber(rounds, { name: '--rounds', usage }),
    count: wholeNumber(count, { name: '--count', least: 4, usage }),
    memory: wholeNumber(memory, { name: '--memory', least: 0, usage }),
    json,
    help,
  };
}
