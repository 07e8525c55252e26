import { parseArgs } from 'node:util';

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

/** A wrong argument. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): Options {
  const { only, rounds = '5', json = false, help = false } = parse(args);
  const count = Number(rounds);
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new UsageError(`--rounds must be a number from 1 to 100, not "${rounds}".\n\n${usage}`);
  return {
    only: only === undefined ? caseNames : only.split(',').flatMap(matching),
    rounds: count,
    json,
    help,
  };
}

function matching(wanted: string): CaseName[] {
  const found = caseNames.filter((name) => name === wanted || name.startsWith(`${wanted}-`));
  if (found.length === 0) throw new UsageError(`There is no case "${wanted}".\n\n${usage}`);
  return found;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
