import { ReissueProblem, ResealClient, type CertificateKey, type OpenReissue } from '#libs/client';
import { languageChoice } from '../words/index.js';
import { forgetToken, readSession, type PageSession } from './page-session.js';

/** As long as a reissue lasts: on bad reception the page goes on by itself, and says so meanwhile. */
const patienceMs = 10 * 60_000;

type SealingFor = Pick<CertificateKey, 'thumbprint'>;

export interface OpenPage {
  readonly session: PageSession;
  readonly client: ResealClient;
  /** The reissue that was begun before. */
  readonly resumed: OpenReissue | undefined;
}

/** Opens the page, and the reissue that was begun in it before. */
export async function openPage(options: {
  onReach: (reached: boolean) => void;
  /** The key that this browser keeps, for which a resumed reissue seals. */
  readKey: () => Promise<SealingFor | undefined>;
}): Promise<OpenPage> {
  const { onReach, readKey } = options;
  const session = await readSession(onReach);
  const client = new ResealClient({
    baseUrl: '',
    apiKey: session.apiKey,
    patienceMs,
    onReach,
    get language() {
      return languageChoice.current();
    },
  });
  const resumed = session.reissueId === null ? undefined : await resume(client, session, readKey);
  return { session, client, resumed };
}

/** What says that a session opens nothing any more. */
const over = [401, 403, 404];
const pauseMs = 3_000;

async function resume(
  client: ResealClient,
  session: PageSession,
  readKey: () => Promise<SealingFor | undefined>,
): Promise<OpenReissue | undefined> {
  for (;;)
    try {
      return await client.resume(session.reissueId!, undefined, await readKey());
    } catch (error) {
      if (error instanceof ReissueProblem && over.includes(error.status)) {
        await forgetToken(session);
        return undefined;
      }
      // No reception, or trouble at the bank: nothing is lost by it, and the key least of all.
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
}
