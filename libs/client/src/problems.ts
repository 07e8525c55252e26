import type { ProblemSlug } from './generated/endpoints.gen.js';
import type { Problem } from './generated/types.gen.js';

const prefix = 'urn:reseal:problem:';

/**
 * The gateway refused a call (RFC 9457). Branch on `slug`; the texts in `document` are for the customer, in the language
 * of the client.
 */
export class ReissueProblem extends Error {
  override readonly name = 'ReissueProblem';
  /** The last part of the stable type, e.g. `wrong-state`; `about:blank` if a proxy answered instead of the gateway. */
  readonly slug: ProblemSlug | (string & {});

  constructor(
    readonly document: Problem,
    /** Time after which the call may be repeated, in milliseconds; undefined if repeating does not help. */
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
 * No response came, although the same call was repeated (same Idempotency-Key and body, so that it has one effect at most).
 * Whether it had its effect is unknown: `show()` reads the current reissue.
 */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor(override readonly cause: unknown) {
    super('The gateway could not be reached.');
  }
}

/** The problem of an error response; without a problem document, a problem with only the status. */
export async function problemOf(response: Response): Promise<ReissueProblem> {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const { status, statusText } = response;
  const plain: Problem = { type: 'about:blank', title: statusText || `HTTP ${status}`, status, traceId: '' };
  const type = response.headers.get('content-type') ?? '';
  const document: unknown = type.startsWith('application/problem+json')
    ? await response.json().catch(() => undefined)
    : undefined;
  return new ReissueProblem({ ...plain, ...(document as Partial<Problem> | undefined) }, retryAfterMs);
}
