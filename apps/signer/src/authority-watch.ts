import { setTimeout as delay } from 'node:timers/promises';
import type { Authorities, OpenAuthorities } from '#libs/ca';
import { IssuerConflict } from '#libs/db/certificates';
import type { Logger } from '#libs/observability';

const retryMs = 1_000;

interface AuthorityWatchOptions {
  readonly authorities: OpenAuthorities;
  /** Registers issuing CAs in the database. No CA signs before this has succeeded. */
  readonly register: (found: Authorities) => Promise<void>;
  /** Publishes the root's CRL; called in each round. */
  readonly publishRootCrl: () => Promise<void>;
  readonly everyMs: number;
  readonly logger: Logger;
}

/**
 * Registers the issuing CAs at the start, and checks regularly for new ones after a rotation, so that no signer needs a
 * restart. An IssuerConflict, when directory and database do not belong together, is not handled: the process ends.
 */
export class AuthorityWatch {
  private readonly stopping = new AbortController();
  private readonly firstRound = Promise.withResolvers<void>();
  private running: Promise<void> | undefined;

  constructor(private readonly options: AuthorityWatchOptions) {}

  /** Resolves when the first issuing CAs are registered. Nothing is signed before. */
  registered(): Promise<void> {
    return this.firstRound.promise;
  }

  start(): void {
    this.running = this.run();
  }

  /** Stops the checks and closes the keys. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.options.authorities.close();
  }

  private async run(): Promise<void> {
    const { authorities, register, everyMs, logger } = this.options;
    await this.untilDone('the issuing CAs cannot be registered yet', () => register(authorities));
    this.firstRound.resolve();
    await this.publishRootCrl();
    while (await this.pause(everyMs)) {
      await this.untilDone('a new issuing CA cannot be used yet', async () => {
        if (!(await authorities.reload(register))) return;
        logger.info({ issuer: authorities.current.subject }, 'a new issuing CA signs from now on');
      });
      await this.publishRootCrl();
    }
  }

  /** Tried once per round: an error here must not stop the search for new issuing CAs. */
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

  /** @returns whether to continue */
  private async pause(ms: number): Promise<boolean> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    return !this.stopping.signal.aborted;
  }
}
