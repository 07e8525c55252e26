import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { configExitCode, ConfigError, loadConfig } from '#libs/config';
import { createDatabase } from '#libs/db';
import {
  connectTemporalClient,
  createDataConverter,
  createPayloadCodec,
  temporalServerOf,
} from '#libs/temporal';
import { afterRestore } from './after-restore/run.js';
import { setupConfig } from './config.js';

const usage = `Usage: npm run -s setup -- after-restore [--confirm] [--declare] [--as NAME]

  Reconciles Reseal's database after it was restored from a backup. It compares the database with the histories of
  Temporal, the topics of Kafka, the signers' journals and the kept checkpoints, and prints what it would do with each
  reissue for which the database is out of date. Worker, signer and gateway may run: they change nothing until it is done.

  --confirm  carries out what was printed
  --declare  declares that the database was restored, if no process has detected it
  --as NAME  name of the operator for the audit trail

Exit codes: 0 done, 1 refused or failed, 2 usage error, 78 configuration error.`;

process.exitCode = await main(process.argv.slice(2));

async function main([command, ...args]: string[]): Promise<number> {
  if (command === undefined || ['help', '--help', '-h'].includes(command) || args.includes('--help')) {
    print(usage);
    return 0;
  }
  if (command !== 'after-restore') return fail(`Unknown command "${command}".\n\n${usage}`, 2);
  try {
    const { values } = parseArgs({
      args,
      options: {
        confirm: { type: 'boolean', default: false },
        declare: { type: 'boolean', default: false },
        as: { type: 'string' },
      },
    });
    return await run(values);
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, configExitCode);
    const isUsageError = String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
    if (isUsageError) return fail(`${(error as Error).message}\n\n${usage}`, 2);
    return fail(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
  }
}

async function run(options: {
  confirm: boolean;
  declare: boolean;
  as?: string | undefined;
}): Promise<number> {
  const config = loadConfig(setupConfig);
  const { databaseUrl: url, codecKeys } = config;
  const db = createDatabase({ url, max: 4, applicationName: 'reseal-setup' });
  const temporal = connectTemporalClient({
    ...temporalServerOf(config),
    dataConverter: createDataConverter(codecKeys),
  });
  try {
    return await afterRestore(
      {
        db,
        config,
        temporal: temporal.client,
        codec: createPayloadCodec(codecKeys),
        clock: () => new Date(),
        actor: `operator:${options.as ?? userInfo().username}`,
        print,
      },
      { confirm: options.confirm, declared: options.declare },
    );
  } finally {
    await temporal.close();
    await db.destroy();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(message: string, exitCode: number): number {
  process.stderr.write(`${message}\n`);
  return exitCode;
}
