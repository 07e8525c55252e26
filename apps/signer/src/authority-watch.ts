import { setTimeout as sleep } from 'node:timers/promises';
import type { Authorities, OpenAuthorities } from '#libs/ca';
import { IssuerConflict } from '#libs/db/certificates';
import type { Logger } from '#libs/observability';

const retryMs = 1_000;

interface AuthorityWatchOptions {
  readonly authorities: OpenAuthorities;
  /** Makes issuing CAs known to everyone else: has succeeded before one of them signs. */
  readonly makeKnown: (found: Authorities) => Promise<void>;
  /** Publishes the root's CRL, in each round. */
  readonly publishRootCrl: () => Promise<void>;
  readonly everyMs: number;
  readonly logger: Logger;
}

/**
 * Makes the issuing CAs known at the start, and looks again and again whether a rotation has brought a new one, so
 * that no signer need be restarted for it. That directory and database do not belong together is left unhandled on
 * purpose: the process ends.
 */
export class AuthorityWatch {
  private readonly stopping = new AbortController();
  private readonly firstRound = Promise.withResolvers<void>();
  private running: Promise<void> | undefined;

  constructor(private readonly options: AuthorityWatchOptions) {}

  /** Resolves when the issuing CAs of the start are known to everyone: nothing is signed before that. */
  known(): Promise<void> {
    return this.firstRound.promise;
  }

  start(): void {
    this.running = this.run();
  }

  /** Stops looking and lets go of the keys. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.options.authorities.close();
  }

  private async run(): Promise<void> {
    const { authorities, makeKnown, everyMs, logger } = this.options;
    await this.untilDone('the issuing CAs cannot be made known yet', () => makeKnown(authorities));
    this.firstRound.resolve();
    await this.publishRootCrl();
    while (await this.pause(everyMs)) {
      await this.untilDone('a new issuing CA cannot be used yet', async () => {
        if (!(await authorities.reload(makeKnown))) return;
        logger.info({ issuer: authorities.current.subject }, 'a new issuing CA signs from now on');
      });
      await this.publishRootCrl();
    }
  }

  /** Tried once in a round: a file that cannot be published must not keep a new issuing CA from being found. */
  private async publishRootCrl(): Promise<void> {
    await this.options.publishRootCrl().catch((error: unknown) => {
      this.options.logger.error({ err: error }, 'the CRL of the root was not published');
    });
  }

  private async untilDone(message: string, work: () => Promise<void>): Promise<void> {
    do {
      try {
        return await work();
      } catch (error) {
        if (error instanceof IssuerConflict) throw error;
        this.options.logger.warn({ err: error }, message);
      }
    } while (await this.pause(retryMs));
  }

  /** @returns whether to go on */
  private async pause(ms: number): Promise<boolean> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return !this.stopping.signal.aborted;
  }
}
