import { setTimeout as sleep } from 'node:timers/promises';
import type { problemSchema, Reissue } from '#libs/contracts';
import type { z } from 'zod';

/** A problem document (RFC 9457). */
export type Problem = z.output<typeof problemSchema>;

/** One HTTP request. It comes back with its answer, so that the very same can be sent once more. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, but for a form. */
  readonly body?: unknown;
}

/** What came back, whatever its status. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, text, or bytes, as the media type says; of a refused call the problem document. */
  readonly body: Body;
  readonly problem: Problem | undefined;
  readonly call: Call;
  /** From the request to the end of the answer, in milliseconds; where it was repeated, the last time. */
  readonly ms: number;
}

export interface Patience {
  /** For how long an unfinished call is repeated, in milliseconds; 0 gives the first answer, whatever it is. */
  readonly patienceMs?: number;
}

const defaultPatienceMs = 30_000;
const pauseMs = 200;

/**
 * Sends a call, and the very same again while it is unfinished: no answer came, the answer asks for a retry
 * (`Retry-After`), or the step goes on in the background (202, unless an operator has to act first).
 *
 * @throws the network's error, once patience is at its end
 */
export async function send<Body>(
  call: Call,
  { patienceMs = defaultPatienceMs }: Patience = {},
): Promise<Answer<Body>> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await sendOnce<Body>(call).catch((error: unknown) => unreachable(call, error));
    const wait = answer instanceof Error ? pauseMs : pauseBeforeRepeating(answer);
    if (wait === undefined || performance.now() + wait > end) {
      if (answer instanceof Error) throw answer;
      return answer;
    }
    await sleep(wait);
  }
}

async function sendOnce<Body>(call: Call): Promise<Answer<Body>> {
  const { method, url, headers, body } = call;
  const since = performance.now();
  const json = body !== undefined && !(body instanceof FormData);
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(json ? { 'content-type': 'application/json' } : {}) },
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type') ?? '';
  const parsed: unknown = await read(response, type);
  const ms = performance.now() - since;
  return {
    status: response.status,
    headers: response.headers,
    body: parsed as Body,
    problem: type.startsWith('application/problem+json') ? (parsed as Problem) : undefined,
    call,
    ms,
  };
}

async function read(response: Response, type: string): Promise<unknown> {
  if (/^application\/([\w.]+\+)?json\b/.test(type)) return response.json();
  if (/^text\/|x-pem-file/.test(type)) return response.text();
  return Buffer.from(await response.arrayBuffer());
}

function pauseBeforeRepeating(answer: Answer): number | undefined {
  const { status, headers } = answer;
  const retryAfter = headers.get('retry-after');
  if (retryAfter !== null) return Number(retryAfter) * 1000;
  if (status !== 202) return undefined;
  return nextActionOf(answer) === 'NEEDS_OPERATOR' ? undefined : pauseMs;
}

/** What has to happen next, of an answer with a reissue or in it. */
function nextActionOf({ body }: Answer): string | undefined {
  const { reissue = body } = body as { reissue?: unknown };
  return (reissue as Partial<Reissue>).next?.action;
}

const unreachable = ({ method, url }: Call, cause: unknown) =>
  new Error(`${method} ${url}: no answer (${reasonOf(cause)})`, { cause });

/** fetch says only "fetch failed"; why is in the cause, or in one of its causes. */
function reasonOf(error: unknown): string {
  const cause = (error as Error).cause;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return ((cause ?? error) as Error).message;
}

/** An answer that is no success where one was needed. */
class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(readonly answer: Answer) {
    const { call, status, problem } = answer;
    const words = status === 202 ? [`The step is not finished: ${nextActionOf(answer)}`] : wordsOf(problem);
    super([`${call.method} ${new URL(call.url).pathname} answered ${status}`, ...words].join('\n'));
  }
}

function wordsOf(problem: Problem | undefined): string[] {
  if (!problem) return [];
  const { title, detail, code, errors = [], traceId } = problem;
  return [
    [title, code && `(${code})`].filter(Boolean).join(' '),
    ...(detail ? [detail] : []),
    ...errors.map((error) => `- ${error.pointer ?? error.parameter ?? 'input'}: ${error.message}`),
    `traceId ${traceId}`,
  ];
}

/**
 * The body of an answer that must be a finished success.
 *
 * @throws UnexpectedAnswer with the problem's title, detail and traceId
 */
export function expectSuccess<Body>(answer: Answer<Body>): Body {
  if (answer.status !== 200 && answer.status !== 201) throw new UnexpectedAnswer(answer);
  return answer.body;
}
