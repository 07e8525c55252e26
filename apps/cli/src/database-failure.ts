/** The line and exit code for an error that the database caused; undefined for another error. */
export function databaseFailure(
  error: unknown,
): { readonly line: string; readonly exitCode: number } | undefined {
  if (!isOfDatabase(error)) return undefined;
  const line = `The database cannot be used: ${error.message}. What was committed stays; run it again.`;
  return { line, exitCode: 1 };
}

/** Whether the database caused an error: by a SQLSTATE of five characters, an errno, or a message of pg. */
function isOfDatabase(error: unknown): error is Error {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  return /^([0-9A-Z]{5}|E[A-Z]+)$/.test(code) || /timeout|terminated/i.test(message);
}
