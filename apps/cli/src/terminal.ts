import { userInfo } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { isOptionError } from '#libs/command-line';

/** The outputs and the clock of a tool. */
interface Outputs {
  readonly clock: () => Date;
  /** Writes one line to standard output, for programs. */
  readonly print: (line: string) => void;
  /** Writes one line to standard error, for people. */
  readonly complain: (line: string) => void;
}

/** A terminal of a tool that reads its configuration from the environment. */
export interface Terminal extends Outputs {
  readonly env: NodeJS.ProcessEnv;
}

/** A terminal of a tool that reads standard input: secrets come in here, because all users can list arguments. */
export interface InputTerminal extends Outputs {
  /** All of standard input. */
  readonly input: () => Promise<Buffer>;
}

/** The terminal of this process. */
export const ownTerminal: Terminal & InputTerminal = {
  env: process.env,
  clock: () => new Date(),
  input: () => buffer(process.stdin),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
};

/** The arguments are not valid: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The arguments are valid, and the tool has failed or its answer is negative: exit code 1. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

/** The operator, for the audit trail: the value of `--as`, or the user of this machine. */
export const actorOf = (as: unknown): string =>
  `operator:${typeof as === 'string' ? as : userInfo().username}`;

/** Whether an error is about the arguments. */
export const isArgumentError = (error: unknown): error is Error =>
  error instanceof UsageError || isOptionError(error);

/** Standard input without one final newline, which `echo` and editors add. */
export async function readSecret(terminal: InputTerminal): Promise<Buffer> {
  const bytes = await terminal.input();
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
