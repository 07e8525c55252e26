import { userInfo } from 'node:os';
import { isOptionError, parseOptions, unknownName } from '#libs/command-line';
import type { OtherCommand, SetupCommand } from './command.js';
import { failureOf, type ServerErrors } from './failures.js';

const usage = `Usage: npm run -s setup -- <command>... [--dry-run]

  keys       Makes the first keys, and passwords of the database roles, in RESEAL_SECRETS_DIRECTORY. Existing ones stay.
  database   Creates roles, databases and their rights, sets the roles' passwords, and migrates the schema.
             --temporal  also what a Temporal server needs that keeps its data on this PostgreSQL
             --sandbox   also what the sandbox needs, in development and test
  temporal   Registers namespace and search attributes, and writes the schedules.
  kafka      Creates the topics, and sets the retention that they must have.
  ca         Creates the CA by \`npm run ca -- init\`, with its settings. --as NAME: the operator, for the audit trail.
  all        All of the above, in this order.

  secrets [--sandbox]
      Prints Secrets of Kubernetes with the keys of each app, for \`kubectl apply -f -\`. It reads what \`keys\` and \`ca\` have
      made in RESEAL_SECRETS_DIRECTORY, RESEAL_CA_DIRECTORY and RESEAL_OCSP_DIRECTORY.
      --sandbox   also that of the sandbox, in development and test

  after-restore [--confirm] [--declare] [--as NAME]
      Reconciles Reseal's database after it was restored from a backup. It compares the database with the histories of
      Temporal, the topics of Kafka, the signers' journals and the kept checkpoints, and prints what it would do with each
      reissue for which the database is out of date. Worker, signer and gateway may run: they change nothing until it is done.

      --confirm  carries out what was printed
      --declare  declares that the database was restored, if no process has detected it
      --as NAME  name of the operator for the audit trail

  worker-version [--build-id ID | --unversioned | --move-from ID [--confirm]] [--wait SECONDS]
      Prints the versions of the worker (RESEAL_WORKER_BUILD_ID), and the open reissues that are pinned to each.

      --build-id ID   new reissues begin on this version; waits until one of its workers polls
      --unversioned   new reissues begin on workers without a build id
      --move-from ID  pins the open reissues of this version to the current one, whose code must replay their histories;
                      only with --confirm, otherwise prints their number
      --wait SECONDS  how long to wait for a worker, 60 by default

The commands up to \`all\` find what is missing and do only that, so they can run at any time and at every release. With --dry-run
they print what they would do, and change nothing.
Exit codes: 0 done, 1 refused or failed, 2 usage error, 78 configuration error.`;

/** In the order in which they need each other. Each loads only the libraries of its server, because a launcher waits for it. */
const commands: Readonly<Record<string, () => Promise<SetupCommand>>> = {
  keys: async () => (await import('./commands/keys.js')).keysCommand,
  database: async () => (await import('./commands/database.js')).databaseCommand,
  temporal: async () => (await import('./commands/temporal.js')).temporalCommand,
  kafka: async () => (await import('./commands/kafka.js')).kafkaCommand,
  ca: async () => (await import('./commands/ca.js')).caCommand,
};

/** Those that are no part of `all`. */
const otherCommands: Readonly<Record<string, () => Promise<OtherCommand>>> = {
  secrets: async () => (await import('./commands/secrets.js')).secretsCommand,
  'after-restore': async () => (await import('./commands/after-restore.js')).afterRestoreCommand,
  'worker-version': async () => (await import('./commands/worker-version.js')).workerVersionCommand,
};
const commandNames = [...Object.keys(commands), 'all', ...Object.keys(otherCommands)];

/** What surrounds a run of the program. */
interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Prints one line. */
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** `npm run setup -- <argv>`. @returns the exit code */
export async function runSetup(
  [command, ...args]: readonly string[],
  { env, print, printError }: Surroundings,
): Promise<number> {
  const fail = (message: string, exitCode: number) => {
    printError(message);
    return exitCode;
  };
  if (command === undefined || ['help', '--help', '-h'].includes(command)) {
    print(usage);
    return 0;
  }
  let server: ServerErrors | undefined;
  try {
    const other = Object.hasOwn(otherCommands, command) ? await otherCommands[command]!() : undefined;
    if (other) {
      server = other.server;
      return await other.run(args, { env, print });
    }
    const { names, ...flags } = parse([command, ...args]);
    const unknown = names.find((name) => !Object.hasOwn(commands, name));
    if (unknown !== undefined) return fail(`${unknownName('command', unknown, commandNames)}\n\n${usage}`, 2);
    for (const [name, load] of Object.entries(commands)) {
      if (!names.includes(name)) continue;
      const each = await load();
      server = each.server;
      await each.run({ ...flags, env, print });
    }
    return 0;
  } catch (error) {
    if (isOptionError(error)) return fail(`${error.message}\n\n${usage}`, 2);
    const expected = failureOf(error, server);
    if (expected) return fail(expected.line, expected.exitCode);
    return fail(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
  }
}

function parse(args: string[]) {
  const { positionals, values } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      temporal: { type: 'boolean', default: false },
      sandbox: { type: 'boolean', default: false },
      as: { type: 'string', default: userInfo().username },
    },
  });
  const { 'dry-run': dryRun, ...others } = values;
  const names = positionals.flatMap((name) => (name === 'all' ? Object.keys(commands) : [name]));
  return { ...others, dryRun, names };
}
