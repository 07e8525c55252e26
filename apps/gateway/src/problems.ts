import { problemCatalogue, type ProblemSlug, type Reissue, type Text } from '#libs/contracts';
import { ProblemError, type InputFault } from '#libs/http';

interface ProblemMore {
  readonly detail?: Text;
  readonly errors?: readonly InputFault[];
  /** A finer code within the type. */
  readonly code?: string | undefined;
  /** The reissue as it is, so that the client need not ask for what to do instead. */
  readonly reissue?: Reissue | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Logged, never shown. */
  readonly cause?: unknown;
}

/** A problem of the catalogue as an error to throw. */
export function problem(slug: ProblemSlug, more: ProblemMore = {}): ProblemError {
  const { status, title, detail } = problemCatalogue[slug];
  const { errors, reissue, headers, cause } = more;
  // After the end no step leads on: why it ended, and what to do now, says more.
  const ended = slug === 'wrong-state' ? reissue?.ended : undefined;
  const code = more.code ?? ended?.code;
  return new ProblemError(
    {
      type: slug,
      status,
      title,
      detail: more.detail ?? ended?.text ?? detail,
      ...(errors ? { errors } : {}),
      ...(headers ? { headers } : {}),
      extensions: { ...(code === undefined ? {} : { code }), ...(reissue ? { reissue } : {}) },
    },
    cause,
  );
}

/** 503: what the call needs is down or slow. Worth the same call again after `seconds`. */
export function unavailable(cause?: unknown, seconds = 2): ProblemError {
  return problem('unavailable', { cause, headers: { 'retry-after': String(seconds) } });
}

/** 429: this many, at once or within a time, are too many. */
export function tooMany(seconds = 1, more: Pick<ProblemMore, 'reissue'> = {}): ProblemError {
  return problem('too-many-requests', { ...more, headers: { 'retry-after': String(seconds) } });
}
