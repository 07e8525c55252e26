import type { ProblemSlug } from './generated/endpoints.gen.js';
import type { Problem } from './generated/types.gen.js';

const prefix = 'urn:reseal:problem:';

/**
 * The gateway refused a call (RFC 9457). Branch on `slug`; the words in `document` are for the customer, in the
 * language the client was made with.
 */
export class ReissueProblem extends Error {
  override readonly name = 'ReissueProblem';
  /** The last part of the stable type, such as `wrong-state`; `about:blank` where something on the way answered. */
  readonly slug: ProblemSlug | (string & {});

  constructor(
    readonly document: Problem,
    /** After which the same call is worth repeating, in milliseconds; undefined where it is not. */
    readonly retryAfterMs?: number,
  ) {
    super([document.title, document.detail].filter(Boolean).join(' '));
    this.slug = document.type.startsWith(prefix) ? document.type.slice(prefix.length) : document.type;
  }

  get status(): number {
    return this.document.status;
  }
}

/**
 * No answer came, however often the very same call was sent (same Idempotency-Key, same body, so that it acts once).
 * Whether it acted is not known: `show()` tells where the reissue stands.
 */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor(override readonly cause: unknown) {
    super('The gateway was not reached.');
  }
}

/** The problem that a refusal tells of, or one of the status alone where it tells of none. */
export async function problemOf(response: Response): Promise<ReissueProblem> {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const { status, statusText } = response;
  const plain: Problem = { type: 'about:blank', title: statusText || `HTTP ${status}`, status, traceId: '' };
  const type = response.headers.get('content-type') ?? '';
  const told: unknown = type.startsWith('application/problem+json')
    ? await response.json().catch(() => undefined)
    : undefined;
  return new ReissueProblem({ ...plain, ...(told as Partial<Problem> | undefined) }, retryAfterMs);
}
