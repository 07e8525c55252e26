/** What a command has to do with the outside; secrets come in here and not as arguments, which everybody can list. */
export interface NpkiTerminal {
  /** All of standard input. */
  input(): Promise<Buffer>;
  /** One line on standard output, for programs. */
  print(line: string): void;
  /** One line on standard error, for people. */
  complain(line: string): void;
  now(): Date;
}

/** The command was given wrongly: exit code 2. */
export class NpkiUsageError extends Error {}

/** The command was given well, and the answer is no: exit code 1. */
export class ToolFailure extends Error {}

/** Standard input without the one newline that `echo` and editors put at its end. */
export async function secretFrom(terminal: NpkiTerminal): Promise<Buffer> {
  const bytes = await terminal.input();
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
