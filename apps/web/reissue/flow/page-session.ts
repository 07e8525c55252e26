import { delay } from '../../shared/delay.js';

/** The API key with which the page calls the gateway, and the reissue that the page's cookie opens. */
export interface PageSession {
  readonly apiKey: string;
  readonly reissueId: string | null;
}

const path = '/page/session';
const pauseMs = 1_500;

/** Retries until the gateway answers. */
export async function readSession(onReach: (reached: boolean) => void): Promise<PageSession> {
  const answer = await patiently(() => fetch(path, { headers: { accept: 'application/json' } }), onReach);
  return (await answer.json()) as PageSession;
}

/**
 * Stores a reissue's token in a cookie that no script can read. Retries until the gateway answers.
 *
 * @returns whether the browser keeps the cookie
 */
export async function keepToken(
  { apiKey }: PageSession,
  { id, accessToken }: { readonly id: string; readonly accessToken: string },
  onReach: (reached: boolean) => void,
): Promise<boolean> {
  const headers = { 'x-api-key': apiKey, authorization: `Bearer ${accessToken}` };
  await patiently(() => fetch(path, { method: 'PUT', headers }), onReach);
  const { reissueId } = await readSession(onReach);
  return reissueId === id;
}

/** Deletes the cookie. If the gateway is not reached, the token expires by itself. */
export async function forgetToken({ apiKey }: PageSession): Promise<void> {
  await fetch(path, { method: 'DELETE', headers: { 'x-api-key': apiKey } }).catch(() => undefined);
}

async function patiently(
  send: () => Promise<Response>,
  onReach: (reached: boolean) => void,
): Promise<Response> {
  for (;;) {
    const answer = await send().catch(() => undefined);
    onReach(answer?.ok ?? false);
    if (answer?.ok) return answer;
    await delay(pauseMs);
  }
}
