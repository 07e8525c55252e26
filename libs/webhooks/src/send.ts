import { addressFault, type AddressRules } from './addresses.js';
import { activeSecrets, type WebhookSecretSource } from './secrets.js';
import { signWebhook } from './signature.js';

/** How long a receiver may take to answer, in milliseconds. */
const defaultTimeoutMs = 15_000;
const maxErrorLength = 200;

export interface WebhookSettings extends AddressRules {
  readonly key: Buffer;
  readonly timeoutMs?: number;
  /** By default that of Node. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

export interface WebhookMessage {
  /** The same each time the message is sent. */
  readonly id: string;
  readonly body: string;
}

/** The result of one attempt. */
export interface WebhookAttempt {
  readonly delivered: boolean;
  /** HTTP status; undefined without a response. */
  readonly status?: number;
  readonly error?: string;
  readonly retryAfterMs?: number;
}

/** Makes one attempt. Redirects are not followed: their targets may not be allowed hosts. */
export async function sendWebhook(
  settings: WebhookSettings,
  endpoint: WebhookSecretSource & { readonly url: string },
  { id, body }: WebhookMessage,
  now: Date,
  over?: AbortSignal,
): Promise<WebhookAttempt> {
  const fault = addressFault(endpoint.url, settings);
  if (fault) return { delivered: false, error: fault };
  const timeout = AbortSignal.timeout(settings.timeoutMs ?? defaultTimeoutMs);
  try {
    const answer = await (settings.fetch ?? fetch)(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'Reseal-Webhooks/1',
        ...signWebhook(activeSecrets(settings.key, endpoint, now), id, now, body),
      },
      body,
      redirect: 'manual',
      signal: over ? AbortSignal.any([timeout, over]) : timeout,
    });
    await answer.body?.cancel();
    const seconds = Number(answer.headers.get('retry-after') ?? NaN);
    return {
      delivered: answer.ok,
      status: answer.status,
      ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
    };
  } catch (error) {
    return { delivered: false, error: timeout.aborted ? 'no response in time' : reasonOf(error) };
  }
}

/** `fetch` wraps the cause, whose code describes it best. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return (typeof code === 'string' ? code : message).slice(0, maxErrorLength);
}
