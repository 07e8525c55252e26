import type { ProblemDocument } from './types.js';

/** What the gateway refused, and why (RFC 9457). */
export class Problem extends Error {
  constructor(readonly document: ProblemDocument) {
    super(document.title);
  }

  /** The last part of the stable type, such as `password-wrong`. */
  get slug(): string {
    return this.document.type.split(':').at(-1) ?? '';
  }
}

/** The gateway was not reached, however often it was tried. */
export class Unreachable extends Error {}
