import type { BilingualText } from '#libs/domain';

/** A text in one language for all clients, or in both languages. */
export type ProblemText = string | BilingualText;

/** One fault of the input: its place (an RFC 6901 pointer into the body, or the name of a parameter) and a message. */
export interface InputFault {
  pointer?: string;
  parameter?: string;
  in?: 'query' | 'path' | 'header';
  /** Stable code of the fault, for clients. */
  code?: string;
  message: ProblemText;
}

export interface ProblemOptions {
  /** Stable slug, e.g. `invalid-request`; the edge adds the prefix of the URI. */
  type: string;
  /** HTTP status. */
  status: number;
  title: ProblemText;
  /** What went wrong in this case. Clients see it: no secrets and no internals. */
  detail?: ProblemText;
  errors?: readonly InputFault[];
  /** Members added to the problem document (RFC 9457 section 3.2). */
  extensions?: Readonly<Record<string, unknown>>;
  /** Headers of the response, e.g. `retry-after`. */
  headers?: Readonly<Record<string, string>>;
  /** A refusal that is a part of normal work: it is not logged as a failure, whatever its status. */
  expected?: boolean;
}

/** The only error that clients see. The edge, and nothing else, renders it as an RFC 9457 document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly type: string;
  readonly status: number;
  readonly title: ProblemText;
  readonly detail?: ProblemText;
  readonly errors?: readonly InputFault[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly expected: boolean;

  constructor(options: ProblemOptions, cause?: unknown) {
    super(options.type, cause === undefined ? undefined : { cause });
    this.type = options.type;
    this.status = options.status;
    this.title = options.title;
    if (options.detail !== undefined) this.detail = options.detail;
    if (options.errors !== undefined) this.errors = options.errors;
    this.extensions = options.extensions ?? {};
    this.headers = options.headers ?? {};
    this.expected = options.expected ?? false;
  }
}
