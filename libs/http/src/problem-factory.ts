import type { BilingualText } from '#libs/domain';
import { ProblemError, type InputFault } from './problem-error.js';

/** One kind of problem of an application's catalogue. */
interface ProblemKind {
  readonly status: number;
  readonly title: BilingualText;
  /** The default detail of an occurrence. */
  readonly detail: BilingualText;
}

/** The members that one occurrence adds to its kind of problem. */
export interface ProblemOccurrence {
  readonly detail?: BilingualText;
  readonly errors?: readonly InputFault[];
  /** Members added to the document (RFC 9457 section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** It is not logged as a failure, whatever its status. */
  readonly expected?: boolean;
  /** Logged, never shown. */
  readonly cause?: unknown;
}

interface ProblemFactory<Slug extends string> {
  /** A problem of the catalogue as an error to throw. */
  problem(slug: Slug, occurrence?: ProblemOccurrence): ProblemError;
  /** 503: a dependency of the call is down or slow. The client may repeat the call after `seconds`. */
  unavailable(cause?: unknown, seconds?: number): ProblemError;
  /** The `problemOf` of an application: 503 for the errors of a dependency that is down, undefined for all others. */
  unavailableIf(isDown: (error: unknown) => boolean): (error: unknown) => ProblemError | undefined;
}

/** Makes the problems of one application from its catalogue. */
export function problemFactory<Slug extends string>(
  catalogue: Readonly<Record<Slug | 'unavailable', ProblemKind>>,
): ProblemFactory<Slug> {
  const problem = (slug: Slug | 'unavailable', occurrence: ProblemOccurrence = {}) => {
    const { cause, ...more } = occurrence;
    return new ProblemError({ type: slug, ...catalogue[slug], ...more }, cause);
  };
  const unavailable = (cause?: unknown, seconds = 2) =>
    problem('unavailable', { cause, headers: { 'retry-after': String(seconds) } });
  const unavailableIf = (isDown: (error: unknown) => boolean) => (error: unknown) =>
    isDown(error) ? unavailable(error) : undefined;
  return { problem, unavailable, unavailableIf };
}
