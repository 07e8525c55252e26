import { commonOptions, parseOptions, wholeNumber } from '../options.js';

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

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { flood, rounds, steps, ...others } = parseOptions(
    args,
    {
      flood: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '3' },
      steps: { type: 'string', default: '20' },
      ...commonOptions,
    },
    usage,
  );
  return {
    flood: wholeNumber(flood, { name: '--flood', most: 2_000, usage }),
    rounds: wholeNumber(rounds, { name: '--rounds', most: 4, usage }),
    steps: wholeNumber(steps, { name: '--steps', most: 500, usage }),
    ...others,
  };
}
