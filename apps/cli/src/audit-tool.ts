import {
  auditOriginConfig,
  checkpointConfig,
  configExitCode,
  ConfigError,
  databaseUrlConfig,
  evidenceKeysConfig,
  loadConfig,
} from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { z } from 'zod';
import { isArgumentError, type Terminal } from './terminal.js';

/** The settings of the worker that the tools of the audit trail read. */
export const auditToolConfig = z.object({
  ...databaseUrlConfig,
  ...evidenceKeysConfig,
  ...auditOriginConfig,
  ...checkpointConfig,
});
type AuditToolConfig = z.output<typeof auditToolConfig>;

export interface AuditTool {
  readonly db: Database;
  readonly config: AuditToolConfig;
}

/** Runs work on the worker's database. */
export async function withAudit<T>({ env }: Terminal, work: (tool: AuditTool) => Promise<T>): Promise<T> {
  const config = loadConfig(auditToolConfig, env);
  const db = createDatabase({ url: config.databaseUrl, max: 2, applicationName: 'reseal-audit' });
  try {
    return await work({ db, config });
  } finally {
    await db.destroy();
  }
}

/** Runs work and prints its error. @returns the exit code: 2 for invalid arguments, 78 for the configuration, else 1 */
export async function exitCodeOf(
  terminal: Terminal,
  usage: string,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (isArgumentError(error)) {
      terminal.complain(`${error.message}\n\n${usage}`);
      return 2;
    }
    if (error instanceof ConfigError) {
      terminal.complain(error.message);
      return configExitCode;
    }
    terminal.complain(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
