/** Prints a line about what a benchmark does. On standard error, so that the output can be piped. */
export const progress = (text: string) => void process.stderr.write(`• ${text}\n`);
