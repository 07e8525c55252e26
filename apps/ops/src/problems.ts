import { opsProblemCatalogue } from '#libs/contracts';
import { problemFactory } from '#libs/http';
import { isDependencyDown } from '#libs/temporal';

const factory = problemFactory(opsProblemCatalogue);

export const {
  /** A problem of the operators' catalogue as an error to throw. */
  problem: opsProblem,
  /** 503: a dependency of the call is down or slow. The client may repeat the call after `seconds` (2). */
  unavailable: opsUnavailable,
} = factory;

/** 503 with Retry-After, never 500, while PostgreSQL or Temporal is down; undefined for any other error. */
export const opsDependencyProblem = factory.unavailableIf(isDependencyDown);
