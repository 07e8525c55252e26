import { commonOptions, parseOptions, UsageError, wholeNumber } from '../options.js';

/** Names of the cases, in the order of the table. A prefix up to a hyphen names several: `cycle` is both cycle cases. */
export const caseNames = [
  'raw',
  'template',
  'sign',
  'sign-linted',
  'sign-verified',
  'peculiar',
  'request-ec',
  'request-rsa',
  'cycle-1',
  'cycle-16',
  'step-ca',
  'cfssl',
] as const;
export type CaseName = (typeof caseNames)[number];

export const usage = `npm run bench -- sign [options]

How fast certificates are signed: each step, the whole cycle, and step-ca and cfssl for comparison.

  --only a,b     some of ${caseNames.join(', ')}
  --rounds N     measured rounds (default 5)
  --json         print the figures as one JSON object on the last line
  --help         this text
`;

interface Options {
  readonly only: readonly CaseName[];
  readonly rounds: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { only, rounds, ...others } = parseOptions(
    args,
    { only: { type: 'string' }, rounds: { type: 'string', default: '5' }, ...commonOptions },
    usage,
  );
  return {
    only: only === undefined ? caseNames : only.split(',').flatMap(matching),
    rounds: wholeNumber(rounds, { name: '--rounds', most: 100, usage }),
    ...others,
  };
}

function matching(wanted: string): CaseName[] {
  const found = caseNames.filter((name) => name === wanted || name.startsWith(`${wanted}-`));
  if (found.length === 0) throw new UsageError(`There is no case "${wanted}".`, usage);
  return found;
}
