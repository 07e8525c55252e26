import type { ProvenAct } from '#libs/domain';
import { session } from '../session/session.js';
import { currentLanguage } from '../words/language.js';

/** What the API answered instead (RFC 9457). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    /** The last part of the stable type, e.g. `operation-changed`; `unreachable` if nothing answered. */
    readonly slug: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly { readonly path?: string; readonly message: string }[] = [],
  ) {
    super(title);
  }
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Sent as JSON; a blob is JSON already, and is sent as it is. */
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/**
 * Calls the API as the person who is signed in. A token that has run out is renewed once, without them.
 *
 * @throws {ApiError}
 */
export async function send(path: string, call: Call = {}): Promise<Response> {
  let answer = await sendOnce(path, call);
  if (answer.status === 401 && (await session.renew())) answer = await sendOnce(path, call);
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/** As `send`, and reads the JSON. */
export async function call<T>(path: string, options: Call = {}): Promise<T> {
  return (await (await send(path, options)).json()) as T;
}

/**
 * The issuer's word that the person who is signed in confirms, or approves, exactly this plan.
 *
 * @throws {ApiError} `sign-in-required` once the issuer does not know them any more
 */
export async function proveAct(act: ProvenAct, digest: string): Promise<string> {
  try {
    return await session.prove(act, digest);
  } catch {
    await session.renew(); // says on the page that the session is over
    throw new ApiError(401, 'sign-in-required', '', '');
  }
}

async function sendOnce(
  path: string,
  { method, body, idempotencyKey, accept, signal }: Call,
): Promise<Response> {
  try {
    return await fetch(path, {
      method: method ?? 'GET',
      headers: {
        accept: accept ?? 'application/json',
        'accept-language': currentLanguage(),
        ...(session.token ? { authorization: `Bearer ${session.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', '', '');
  }
}

async function problemOf(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => ({}))) as {
    type?: string;
    title?: string;
    detail?: string;
    errors?: { path?: string; message: string }[];
  };
  const slug = body.type?.split(':').at(-1) ?? 'unknown';
  return new ApiError(answer.status, slug, body.title ?? `${answer.status}`, body.detail ?? '', body.errors);
}

/** A query string of what is given; lists are repeated by comma. */
export function query(parameters: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
