/** A text in one language for everyone, or in each language we speak. */
export type ProblemText = string | { en: string; ko: string };

/** One fault of the input: where it is (RFC 6901 pointer in the body, or a parameter's name) and what is wrong. */
export interface InputFault {
  pointer?: string;
  parameter?: string;
  in?: 'query' | 'path' | 'header';
  /** Stable, where clients tell faults apart by it. */
  code?: string;
  message: ProblemText;
}

export interface ProblemOptions {
  /** Stable slug, e.g. `invalid-request`; the edge makes a URI of it. */
  type: string;
  /** HTTP status. */
  status: number;
  title: ProblemText;
  /** What went wrong in this case; it is shown to the client, so no secret and no internals. */
  detail?: ProblemText;
  errors?: readonly InputFault[];
  /** Members added to the problem document (RFC 9457 section 3.2). */
  extensions?: Readonly<Record<string, unknown>>;
  /** Headers of the answer, e.g. `retry-after`. */
  headers?: Readonly<Record<string, string>>;
}

/** The one error that is meant for clients. It becomes an RFC 9457 document at the edge and nowhere else. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly type: string;
  readonly status: number;
  readonly title: ProblemText;
  readonly detail?: ProblemText;
  readonly errors?: readonly InputFault[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: ProblemOptions, cause?: unknown) {
    super(options.type, cause === undefined ? undefined : { cause });
    this.type = options.type;
    this.status = options.status;
    this.title = options.title;
    if (options.detail !== undefined) this.detail = options.detail;
    if (options.errors !== undefined) this.errors = options.errors;
    this.extensions = options.extensions ?? {};
    this.headers = options.headers ?? {};
  }
}
