import { isNativeError } from 'node:util/types';
import { configExitCode, ConfigError } from '#libs/config';

/** The command cannot do its work. The message is one line. */
export class SetupFailure extends Error {
  override readonly name = 'SetupFailure';

  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** A step that failed, with the server's error as its cause. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

/** The errors of the server that a command works on. */
export interface ServerErrors {
  readonly name: string;
  /** Whether the server, or the connection to it, caused an error. */
  caused(error: Error): boolean;
  /** What to do about it, if that is known. */
  remedy(error: Error): string | undefined;
}

interface Failure {
  readonly line: string;
  readonly exitCode: number;
}

/** How to describe an error that setup expects, on one line; undefined for a bug. */
export function failureOf(error: unknown, server: ServerErrors | undefined): Failure | undefined {
  if (error instanceof ConfigError) return { line: error.message, exitCode: configExitCode };
  if (error instanceof SetupFailure) return { line: error.message, exitCode: error.exitCode };
  if (!isNativeError(error)) return undefined;
  if (error.name === 'CredentialError') return { line: error.message, exitCode: configExitCode };
  const refused = error instanceof StepFailure ? error.cause : error;
  if (!isNativeError(refused) || !server?.caused(refused)) return undefined;
  const step = error instanceof StepFailure ? [error.message] : [];
  const remedy = server.remedy(refused);
  const line = [server.name, ...step, detailsOf(refused)].join(': ');
  return { line: remedy ? `${line}. ${remedy}` : line, exitCode: 1 };
}

/** The message of an error's cause, or its own, on one line. */
function detailsOf({ message, cause }: Error): string {
  const details = cause instanceof Error && cause.message ? cause.message : message;
  return details.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}
