import { publishDueCrls, type PublicationPorts } from '#activities/publication';
import { NotificationListener } from '#libs/db';

interface CrlPublicationOptions {
  readonly databaseUrl: string;
  /** Resolves when the issuing CAs are known to everyone. */
  readonly known: () => Promise<void>;
  /** Throws while nothing is to be signed. */
  readonly admit: () => void;
  /** How long a first change waits for others that share its CRL, in milliseconds. */
  readonly collectMs: number;
}

/**
 * Publishes the CRLs of changed certificates at once: PostgreSQL announces every change of a status, whoever made it.
 * What is missed here, or fails, is made up for by the schedule.
 */
export class CrlPublication {
  private readonly listener: NotificationListener;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly ports: PublicationPorts,
    private readonly options: CrlPublicationOptions,
  ) {
    this.listener = new NotificationListener({
      databaseUrl: options.databaseUrl,
      applicationName: 'reseal-signer-crl',
      channels: ['reseal_certificate_status'],
      onNotification: () => this.publishSoon(),
      onListening: () => this.publishSoon(),
      logger: ports.logger,
    });
  }

  start(): void {
    void this.options.known().then(() => {
      if (!this.stopped) this.listener.start();
    });
  }

  /** Lets the publication under way finish. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.listener.stop();
    await this.running;
  }

  /** One publication after the other; what is announced while one runs makes another. */
  private publishSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.running = this.running.then(() => this.publish());
    }, this.options.collectMs);
  }

  private async publish(): Promise<void> {
    if (this.stopped) return;
    try {
      this.options.admit();
      await publishDueCrls(this.ports);
    } catch (error) {
      this.ports.logger.warn({ err: error }, 'CRLs wait for the next round');
    }
  }
}
