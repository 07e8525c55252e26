/** As whom the page calls the gateway, and which reissue its cookie opens. */
export interface PageSession {
  readonly apiKey: string;
  readonly reissueId: string | null;
}

const path = '/page/session';
const pauseMs = 1_500;

/** However long it takes until the gateway is there. */
export async function readSession(onReach: (reached: boolean) => void): Promise<PageSession> {
  const answer = await patiently(() => fetch(path, { headers: { accept: 'application/json' } }), onReach);
  return (await answer.json()) as PageSession;
}

/**
 * Has a reissue's token kept where no script can read it, however long it takes.
 *
 * @returns whether the browser does: some take no cookies
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

/** Has it forgotten. Where the gateway is not reached, the token's own end does. */
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
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
