import type { ProvenAct } from '#libs/domain';
import { session } from '../session/session.js';
import { languageChoice } from '../words/language.js';
import { endpoints, type Endpoints } from './generated/endpoints.gen.js';
import type { Immutable } from './types.js';

/** A problem document of the API (RFC 9457), or that the API was not reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    /** The HTTP status; 0 if the API was not reached. */
    readonly status: number,
    /** The last part of the stable type, e.g. `operation-changed`; `unreachable` if the API was not reached. */
    readonly slug: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly { readonly path?: string; readonly message: string }[] = [],
  ) {
    super(title);
  }
}

export type OpsEndpointId = keyof Endpoints;
type Data<Id extends OpsEndpointId> = Endpoints[Id]['data'];

/** Path and body of a request are typed by its endpoint. */
export type ConsoleCallOptions<Id extends OpsEndpointId> = Immutable<Pick<Data<Id>, 'path' | 'body'>> & {
  /** Search parameters stand as they are; of an object, values that are empty are left out. */
  readonly query?: Immutable<Data<Id>['query']> | URLSearchParams;
  /** Sent as JSON without a change, in place of `body`. */
  readonly content?: Blob;
  readonly idempotencyKey?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
};

/**
 * Calls the API as the person who is signed in. An expired token is renewed once, without asking the person.
 *
 * @throws {ApiError}
 */
export async function send<Id extends OpsEndpointId>(
  id: Id,
  options: ConsoleCallOptions<Id>,
): Promise<Response> {
  const request = requestOf(id, options);
  let answer = await sendOnce(request);
  if (answer.status === 401 && (await session.renew())) answer = await sendOnce(request);
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/** As `send`, and reads the JSON. */
export async function call<Id extends OpsEndpointId>(
  id: Id,
  options: ConsoleCallOptions<Id>,
): Promise<Endpoints[Id]['answer']> {
  return (await (await send(id, options)).json()) as Endpoints[Id]['answer'];
}

/**
 * Gets the issuer's proof that the person who is signed in confirms, or approves, exactly this plan.
 *
 * @throws {ApiError} `sign-in-required` if the person's session at the issuer has ended
 */
export async function proveAct(act: ProvenAct, digest: string): Promise<string> {
  try {
    return await session.prove(act, digest);
  } catch {
    await session.renew(); // shows on the page that the session has ended
    throw new ApiError(401, 'sign-in-required', '', '');
  }
}

interface ApiRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyInit | undefined;
  readonly signal: AbortSignal | undefined;
}

function requestOf<Id extends OpsEndpointId>(id: Id, options: ConsoleCallOptions<Id>): ApiRequest {
  const { method, path } = endpoints[id];
  const parameters = (options.path ?? {}) as Readonly<Record<string, string>>;
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name]!));
  const { idempotencyKey, accept, signal } = options;
  const body = options.content ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  return {
    url: url + queryString(options.query),
    method,
    headers: {
      accept: accept ?? 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
    },
    body,
    signal,
  };
}

/** Sends with the token and the language of this moment. */
async function sendOnce({ url, method, headers, body, signal }: ApiRequest): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: {
        ...headers,
        'accept-language': languageChoice.current(),
        ...(session.token ? { authorization: `Bearer ${session.token}` } : {}),
      },
      ...(body === undefined ? {} : { body }),
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

function queryString(query: object | undefined): string {
  const search = query instanceof URLSearchParams ? query : new URLSearchParams();
  if (query !== search)
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined && value !== '') search.append(name, String(value));
  return search.size === 0 ? '' : `?${search}`;
}
