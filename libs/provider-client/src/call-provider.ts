import { activeTrace } from '#libs/observability';
import type { z } from 'zod';
import { OutcomeUnknown, ProviderRefused, ProviderUnavailable } from './errors.js';
import { isNotConnected } from './not-connected.js';

export interface ProviderOptions {
  /** Base URL of the provider's API. */
  readonly url: string;
  /** Timeout of one call, in milliseconds. */
  readonly timeoutMs?: number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface ProviderCall<Answer> {
  /** The provider's name in error messages. */
  readonly provider: string;
  /** Below the base URL, e.g. `/codes`. */
  readonly path?: string;
  /** Sent by POST; without it the call is a GET, which changes nothing. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly answer: z.ZodType<Answer>;
}

const defaultTimeoutMs = 5_000;

// Refusals before any work: credentials, too many requests, service unavailable.
const notDone = new Set([401, 407, 429, 503]);

/**
 * Makes one JSON call to a provider, with a timeout.
 *
 * @throws OutcomeUnknown if a POST may have been carried out
 * @throws ProviderUnavailable if a POST was not carried out, and for every failed GET
 * @throws ProviderRefused for a 4xx answer
 */
export async function callProvider<Answer>(
  { url, timeoutMs = defaultTimeoutMs, fetch = globalThis.fetch }: ProviderOptions,
  { provider, path = '', body, answer }: ProviderCall<Answer>,
): Promise<Answer> {
  const Unanswered = body === undefined ? ProviderUnavailable : OutcomeUnknown;
  let status: number;
  let text: string;
  try {
    const response = await fetch(url.replace(/\/+$/, '') + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...activeTrace(),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'error',
      // AbortSignal takes whole milliseconds only.
      signal: AbortSignal.timeout(Math.floor(timeoutMs)),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const code = codeOf(error);
    throw isNotConnected(code)
      ? new ProviderUnavailable(`${provider} cannot be reached (${code})`)
      : new Unanswered(`${provider} gave no answer (${code})`);
  }

  if (notDone.has(status)) throw new ProviderUnavailable(`${provider} answered ${status}`, status);
  if (status >= 400 && status < 500 && status !== 408)
    throw new ProviderRefused(`${provider} answered ${status}`, status);
  if (status !== 200) throw new Unanswered(`${provider} answered ${status}`);
  const parsed = answer.safeParse(parseJson(text));
  if (!parsed.success) throw new Unanswered(`${provider} gave an answer that does not match its contract`);
  return parsed.data;
}

// Only the code is kept: an HTTP client's errors may hold the request.
function codeOf(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  return String(cause?.code ?? name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
