/** A failure the reader can act on: printed as one line, without a stack trace. */
export class Refusal extends Error {}
