import { publishDueCrls, type PublicationPorts } from '#activities/publication';
import { NotificationListener } from '#libs/db';

interface CrlPublicationOptions {
  readonly databaseUrl: string;
  /** Resolves when the issuing CAs are registered. */
  readonly registered: () => Promise<void>;
  /** Throws while nothing may be signed. */
  readonly admit: () => void;
  /** How long a change waits for other changes of the same CRL, in milliseconds. */
  readonly collectMs: number;
}

/**
 * Publishes the CRLs of changed certificates at once: PostgreSQL notifies the signer of every status change. The schedule
 * publishes the CRLs of changes that were missed or failed here.
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
    void this.options.registered().then(() => {
      if (!this.stopped) this.listener.start();
    });
  }

  /** Waits for the running publication. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.listener.stop();
    await this.running;
  }

  /** Runs one publication at a time; a notification during a publication starts another. */
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
