import type { ServerErrors } from './failures.js';
import type { RunOptions } from './steps.js';

interface SetupOptions extends RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly temporal: boolean;
  readonly sandbox: boolean;
  /** Name of the operator, for the audit trail. */
  readonly as: string;
}

/** A command with options of its own. */
export interface OtherCommand {
  /** The server that it works on. */
  readonly server?: ServerErrors;
  /** @returns the exit code */
  run(args: string[], surroundings: Pick<SetupOptions, 'env' | 'print'>): Promise<number>;
}

/** A part of `setup all`. */
export interface SetupCommand {
  /** The server that it works on. */
  readonly server?: ServerErrors;
  run(options: SetupOptions): Promise<void>;
}
