import { opsProblemCatalogue, type OpsProblemSlug, type Text } from '#libs/contracts';
import { ProblemError, type InputFault } from '#libs/http';

interface ProblemMore {
  readonly detail?: Text;
  readonly errors?: readonly InputFault[];
  /** Members added to the document (RFC 9457 section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Logged, never shown. */
  readonly cause?: unknown;
}

/** A problem of the catalogue as an error to throw. */
export function problem(slug: OpsProblemSlug, more: ProblemMore = {}): ProblemError {
  const { status, title, detail } = opsProblemCatalogue[slug];
  const { errors, extensions, headers, cause } = more;
  return new ProblemError(
    {
      type: slug,
      status,
      title,
      detail: more.detail ?? detail,
      ...(errors ? { errors } : {}),
      ...(extensions ? { extensions } : {}),
      ...(headers ? { headers } : {}),
    },
    cause,
  );
}

/** 503: what the call needs is down or slow. Worth the same call again after `seconds`. */
export function unavailable(cause?: unknown, seconds = 2): ProblemError {
  return problem('unavailable', { cause, headers: { 'retry-after': String(seconds) } });
}
