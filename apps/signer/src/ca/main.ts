import { KeyStoreError, KeyStoreUnavailable, RotationRefused } from '#libs/ca';
import { isOptionError, unknownName } from '#libs/command-line';
import { configExitCode, ConfigError } from '#libs/config';
import { IssuerConflict } from '#libs/db/certificates';
import { commands } from './commands/index.js';
import { createContext, CommandUsageError, type Command } from './context.js';

/**
 * `npm run ca -- <command>`: the operators' tool for the CA. Exit codes: 0 done, 1 refused or failed, 2 invalid arguments,
 * 3 some certificates cannot be changed as requested, 78 invalid configuration.
 */
process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  const { as, rest } = extractActor(argv);
  const [name, ...args] = rest;
  const command = commands.find((candidate) => candidate.name === name);
  if (!command || args.includes('--help') || args.includes('-h')) return help(name, command);
  const { context, close } = createContext({ as });
  try {
    return (await command.run(args, context)) ?? 0;
  } catch (error) {
    return reportError(error, command);
  } finally {
    await close();
  }
}

/** Every command accepts `--as NAME`, in any position. */
function extractActor(argv: string[]): { as?: string; rest: string[] } {
  const at = argv.indexOf('--as');
  const as = at < 0 ? undefined : argv[at + 1];
  return as === undefined ? { rest: argv } : { as, rest: argv.toSpliced(at, 2) };
}

function help(name: string | undefined, command: Command | undefined): number {
  const asked = name === undefined || ['help', '--help', '-h'].includes(name) || command;
  const print = asked ? console.log : console.error;
  if (!asked)
    print(
      unknownName(
        'command',
        name,
        commands.map((each) => each.name),
      ),
    );
  for (const { name: known, usage, summary } of command ? [command] : commands)
    print(`npm run ca -- ${`${known} ${usage}`.trim()}\n    ${summary}`);
  print('Every command takes --as NAME: the operator, for the audit trail.');
  return asked ? 0 : 2;
}

/** Prints an expected error as one line, and any other error, which is a bug, with its stack. */
function reportError(error: unknown, { name, usage }: Command): number {
  if (error instanceof CommandUsageError || isOptionError(error)) {
    console.error(`${(error as Error).message}\nUsage: npm run ca -- ${`${name} ${usage}`.trim()}`);
    return 2;
  }
  if (error instanceof ConfigError) {
    console.error(error.message);
    return configExitCode;
  }
  const expected = [KeyStoreError, KeyStoreUnavailable, RotationRefused, IssuerConflict];
  console.error(expected.some((kind) => error instanceof kind) ? (error as Error).message : error);
  return 1;
}
