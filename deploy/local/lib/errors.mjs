/** A failure that the reader can act on. Its message is printed without a stack trace. */
export class Refusal extends Error {}

/**
 * The message of anything that was thrown.
 * @param {unknown} error
 */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * The text to print for an error that ends a command: the message of a refusal, the stack trace of a bug.
 * @param {unknown} error
 */
export function descriptionOf(error) {
  if (error instanceof Refusal) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
