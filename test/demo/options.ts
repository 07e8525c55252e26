import { parseOptions } from '#libs/command-line';
import {
  identifierKinds,
  identityMethods,
  reasons,
  type IdentifierKind,
  type IdentityMethod,
  type Reason,
} from '#libs/domain';

export const usage = `npm run demo -- [options]

Makes a reissue over HTTP with the client library, on the running stack.

  --reason REASON    ${reasons.join(', ')} (default EXPIRED)
  --by KIND          kind of the identifier: ${identifierKinds.join(', ')} (default MOBILE)
  --methods LIST     identity methods, separated by commas (default PHONE_CODE,ONE_WON): ${identityMethods.slice(0, 2).join(', ')},
                     ${identityMethods.slice(2).join(', ')}
  --count N          number of reissues, each of another person (default 1)
  --concurrency C    number of concurrent reissues (default 1)
  --out DIR          write the files of a reissue: old.pem new.pem chain.pem new.key.pem new.random.hex
                     reissue.json events.jsonl history.json; with several reissues, each has a folder
  --json             print the figures as one JSON object on the last line
  --help             this text
`;

export interface Options {
  readonly reason: Reason;
  readonly by: IdentifierKind;
  readonly methods: readonly IdentityMethod[];
  readonly count: number;
  readonly concurrency: number;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

/** A wrong argument. Its message is one line. */
export class UsageError extends Error {}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { reason = 'EXPIRED', by = 'MOBILE', methods = 'PHONE_CODE,ONE_WON', ...rest } = parse(args);
  const { count, concurrency, out, json = false, help = false } = rest;
  return {
    reason: oneOf('--reason', reasons, reason),
    by: oneOf('--by', identifierKinds, by.toUpperCase()),
    methods: methods.split(',').map((each) => oneOf('--methods', identityMethods, each.trim())),
    count: positive('--count', count),
    concurrency: positive('--concurrency', concurrency),
    out,
    json,
    help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseOptions({
      args: [...args],
      options: {
        reason: { type: 'string' },
        by: { type: 'string' },
        methods: { type: 'string' },
        count: { type: 'string' },
        concurrency: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function oneOf<T extends string>(name: string, choices: readonly T[], text: string): T {
  const found = choices.find((choice) => choice === text);
  if (!found) throw new UsageError(`${name} must be one of ${choices.join(', ')}, not "${text}".`);
  return found;
}

function positive(name: string, text = '1'): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000)
    throw new UsageError(`${name} must be a number from 1 to 100000, not "${text}".`);
  return value;
}
