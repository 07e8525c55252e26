/** Around a tool: the environment it is configured by, its clock and its two outputs. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: () => Date;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** The terminal of this process. */
export const ownTerminal: Terminal = {
  env: process.env,
  clock: () => new Date(),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
};

/** The arguments are not those of the tool: told with its usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Of node:util's parseArgs. */
export const isArgumentError = (error: unknown): boolean =>
  error instanceof UsageError || String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
