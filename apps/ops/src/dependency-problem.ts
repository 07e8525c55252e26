import type { ProblemError } from '#libs/http';
import { isDependencyDown } from '#libs/temporal';
import { unavailable } from './problems.js';

/** 503 with Retry-After, never 500, while PostgreSQL or Temporal is down; undefined for any other error. */
export function dependencyProblem(error: unknown): ProblemError | undefined {
  return isDependencyDown(error) ? unavailable(error) : undefined;
}
