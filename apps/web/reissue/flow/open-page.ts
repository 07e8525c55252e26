import { ReissueProblem, ResealClient, type CertificateKey, type OpenReissue } from '#libs/client';
import { delay } from '../../shared/delay.js';
import { languageChoice } from '../words/index.js';
import { forgetToken, readSession, type PageSession } from './page-session.js';

/** As long as a reissue lasts: without a connection the page retries, and shows that it is offline. */
const patienceMs = 10 * 60_000;

type SealingFor = Pick<CertificateKey, 'thumbprint'>;

export interface OpenPage {
  readonly session: PageSession;
  readonly client: ResealClient;
  /** The reissue that was started in this browser before. */
  readonly resumed: OpenReissue | undefined;
}

/** Opens the page, and resumes the reissue that was started in this browser before. */
export async function openPage(options: {
  onReach: (reached: boolean) => void;
  /** Reads the key that this browser keeps. Secrets of a resumed reissue are sealed for it. */
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

/** HTTP statuses that mean: this session opens no reissue any more. */
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
      // The gateway was not reached or failed: key and session stay, and the next try may succeed.
      await delay(pauseMs);
    }
}
