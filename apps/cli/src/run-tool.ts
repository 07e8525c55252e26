import { unknownName } from '#libs/command-line';
import { isArgumentError, type InputTerminal, type Terminal } from './terminal.js';

/** A tool of several commands. */
interface Tool<T> {
  /** Its npm script, as in `npm run -s <name> -- help`. */
  readonly name: string;
  readonly usage: string;
  /** Each command returns its exit code. */
  readonly commands: Readonly<Record<string, (args: string[], terminal: T) => Promise<number>>>;
  /** The line and the exit code for an error of a command; undefined for a bug, which is thrown on. */
  readonly failure: (error: unknown) => { readonly line: string; readonly exitCode: number } | undefined;
}

/**
 * Runs the command that the first argument names.
 *
 * @returns the exit code: that of the command, or 2 with the usage for invalid arguments
 */
export async function runTool<T extends Pick<Terminal | InputTerminal, 'print' | 'complain'>>(
  { name: tool, usage, commands, failure }: Tool<T>,
  [name = '', ...args]: string[],
  terminal: T,
): Promise<number> {
  if (['help', '--help', '-h'].includes(name) || args.includes('--help')) {
    terminal.print(usage);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    if (name) terminal.complain(`${unknownName('command', name, Object.keys(commands))}\n`);
    terminal.complain(usage);
    return 2;
  }
  try {
    return await command(args, terminal);
  } catch (error) {
    if (isArgumentError(error)) {
      terminal.complain(`${error.message} (npm run -s ${tool} -- help)`);
      return 2;
    }
    const failed = failure(error);
    if (!failed) throw error;
    terminal.complain(failed.line);
    return failed.exitCode;
  }
}
