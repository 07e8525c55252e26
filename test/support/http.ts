import { setTimeout as delay } from 'node:timers/promises';
import type { problemSchema, Reissue } from '#libs/contracts';
import type { z } from 'zod';

/** A problem document (RFC 9457). */
export type Problem = z.output<typeof problemSchema>;

/** An HTTP request. Its answer contains it, so that a test can repeat it. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, except a form. */
  readonly body?: unknown;
}

/** The answer to a call, with any status. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, text or bytes, by the media type; the problem document if the call was refused. */
  readonly body: Body;
  readonly problem: Problem | undefined;
  readonly call: Call;
  /** Milliseconds from the request to the end of the answer, of the last attempt. */
  readonly ms: number;
}

export interface Patience {
  /** How long an unfinished call is repeated, in milliseconds. 0 returns the first answer. */
  readonly patienceMs?: number;
  /** Called for each attempt without a result: without an answer, or with a refusal that asks for another attempt. */
  readonly onFailure?: (why: string) => void;
}

const defaultPatienceMs = 30_000;
const pauseMs = 200;

/**
 * Sends a call, and repeats it while it is unfinished: without an answer, with a `Retry-After`, with 202 (the step
 * continues in the background), or by a load balancer without an app, unless an operator must act first.
 *
 * @throws the network's error after the time is up
 */
export async function send<Body>(
  call: Call,
  { patienceMs = defaultPatienceMs, onFailure }: Patience = {},
): Promise<Answer<Body>> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await sendOnce<Body>(call).catch((error: unknown) => unreachable(call, error));
    const wait = answer instanceof Error ? pauseMs : pauseBeforeRepeating(answer);
    if (answer instanceof Error) onFailure?.(answer.message);
    else if (wait !== undefined && answer.status !== 202) onFailure?.(wordsOfRefusal(answer));
    if (wait === undefined || performance.now() + wait > end) {
      if (answer instanceof Error) throw answer;
      return answer;
    }
    await delay(wait);
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

/** Answers of a load balancer that got none from the app. */
const proxyStatuses = [502, 503, 504];

const wordsOfRefusal = ({ call, status, problem }: Answer) =>
  `${call.method} ${new URL(call.url).pathname} answered ${status} ${problem?.code ?? ''}`;

function pauseBeforeRepeating(answer: Answer): number | undefined {
  const { status, headers } = answer;
  const retryAfter = headers.get('retry-after');
  if (retryAfter !== null) return Number(retryAfter) * 1000;
  if (proxyStatuses.includes(status) && !answer.problem) return pauseMs;
  if (status !== 202) return undefined;
  return nextActionOf(answer) === 'NEEDS_OPERATOR' ? undefined : pauseMs;
}

/** The next action of an answer that is, or contains, a reissue. */
function nextActionOf({ body }: Answer): string | undefined {
  const { reissue = body } = body as { reissue?: unknown };
  return (reissue as Partial<Reissue>).next?.action;
}

const unreachable = ({ method, url }: Call, cause: unknown) =>
  new Error(`${method} ${url}: no answer (${reasonOf(cause)})`, { cause });

/** fetch throws "fetch failed". The reason is its cause, or the first of several. */
function reasonOf(error: unknown): string {
  const cause = (error as Error).cause;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return ((cause ?? error) as Error).message;
}

/** An answer that is not the expected success. */
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
 * The body of an answer, which must be a finished success.
 *
 * @throws UnexpectedAnswer with the problem's title, detail and traceId
 */
export function expectSuccess<Body>(answer: Answer<Body>): Body {
  if (answer.status !== 200 && answer.status !== 201) throw new UnexpectedAnswer(answer);
  return answer.body;
}
