import { problemCatalogue, type ProblemSlug, type Reissue } from '#libs/contracts';
import { problemFactory, type ProblemError, type ProblemOccurrence } from '#libs/http';
import { isDependencyDown } from '#libs/temporal';

interface GatewayProblemOccurrence extends Omit<ProblemOccurrence, 'extensions'> {
  /** A finer code within the type. */
  readonly code?: string | undefined;
  /** The current reissue, so that the client need not request it. */
  readonly reissue?: Reissue | undefined;
}

/** The page that describes each problem of the catalogue, at the anchor of its slug. */
export const problemPage = '/docs/problems';

const factory = problemFactory(problemCatalogue);

/** 503: a dependency of the call is down or slow. The client may repeat the call after `seconds` (2). */
export const { unavailable } = factory;

/** 503 with Retry-After, never 500, while PostgreSQL or Temporal is down; undefined for any other error. */
export const dependencyProblem = factory.unavailableIf(isDependencyDown);

/** A problem of the gateway's catalogue as an error to throw. */
export function problem(
  slug: ProblemSlug,
  { code, reissue, ...occurrence }: GatewayProblemOccurrence = {},
): ProblemError {
  // After the end no step is possible. The text of the end is more useful: why the reissue ended, and what to do now.
  const ended = slug === 'wrong-state' ? reissue?.ended : undefined;
  const finerCode = code ?? ended?.code;
  const detail = occurrence.detail ?? ended?.text;
  return factory.problem(slug, {
    ...occurrence,
    ...(detail ? { detail } : {}),
    extensions: {
      ...(finerCode === undefined ? {} : { code: finerCode }),
      ...(reissue ? { reissue } : {}),
    },
  });
}

/** 429: too many calls at once, or too many within a time. */
export function tooMany(
  seconds = 1,
  occurrence: Pick<GatewayProblemOccurrence, 'reissue'> = {},
): ProblemError {
  return problem('too-many-requests', { ...occurrence, headers: { 'retry-after': String(seconds) } });
}
