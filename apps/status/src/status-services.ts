import { setTimeout as sleep } from 'node:timers/promises';
import { ClockWatch } from '#libs/clock';
import { createDatabase, NotificationListener, type RoleDatabase } from '#libs/db';
import { RestoreWatch } from '#libs/restore';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { StatusConfig } from './config.js';
import { CrlCache } from './crl/crl-cache.js';
import { Issuers } from './issuers.js';
import { AnswerCache } from './ocsp/answer-cache.js';
import type { OcspReply } from './ocsp/ocsp-answers.js';

const statusChannel = 'reseal_certificate_status';
const crlChannel = 'reseal_crl';

/** How soon it is looked again until CRLs were fetched once, in milliseconds. */
const startMs = 500;

/**
 * What the app keeps in memory, and what keeps that true: PostgreSQL announces each changed status and each new CRL to
 * every process. While one does not hear it, it uses nothing from memory that a change could have overtaken.
 */
export class StatusServices {
  readonly db: RoleDatabase<'status'>;
  readonly clocks: ClockWatch;
  readonly issuers: Issuers;
  readonly cache: AnswerCache<OcspReply>;
  readonly shelf: CrlCache;
  readonly listener: NotificationListener;
  readonly restores: RestoreWatch;
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private looking: Promise<void> | undefined;
  /** Whether there is an issuing CA, and its CRLs were fetched: from then on PostgreSQL may be away. */
  private prepared = false;

  constructor(
    private readonly config: StatusConfig,
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  ) {
    const { databaseUrl, databasePoolSize: max } = config;
    const listening = () => this.listener.listening;
    this.logger = logger;
    this.db = createDatabase<'status'>({ url: databaseUrl, max, applicationName: 'reseal-status' });
    this.clocks = new ClockWatch({ db: this.db, clock, toleranceMs: config.clockToleranceMs });
    this.cache = new AnswerCache(config.ocspCacheSize, listening);
    this.shelf = new CrlCache(this.db, listening);
    this.issuers = new Issuers({ ...config, db: this.db, clock, logger, onChange: () => this.cache.clear() });
    const forgetAll = () => {
      this.cache.clear();
      this.shelf.doubt();
    };
    this.restores = new RestoreWatch({ db: this.db, logger });
    this.listener = new NotificationListener({
      databaseUrl,
      applicationName: 'reseal-status-changes',
      channels: [statusChannel, crlChannel],
      onNotification: (payload, channel) => this.hear(payload, channel),
      onListening: forgetAll,
      onLost: forgetAll,
      logger,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.listener.start();
    this.restores.start();
    this.looking = this.keepLooking();
    await this.clocks.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.clocks.stop();
    await this.looking;
    await this.listener.stop();
    await this.restores.stop();
    await this.db.destroy();
  }

  /** Throws until CRLs are at hand without PostgreSQL; for readiness. */
  checkCrls(): void {
    if (!this.prepared) throw new Error('no CRL was fetched yet');
  }

  private hear(payload: string, channel: string): void {
    if (channel === statusChannel) return this.cache.forget(payload);
    const [keyId = '', shard] = payload.split('/');
    this.shelf.announced(keyId, Number(shard));
  }

  /** Looks for new issuing CAs and OCSP keys, and fetches CRLs before they are asked for. */
  private async keepLooking(): Promise<void> {
    let failing = false;
    while (!this.stopping.signal.aborted) {
      try {
        await this.issuers.refresh();
        const issuers = this.issuers.all();
        if (this.listener.listening && issuers.length > 0) {
          await this.shelf.fill(issuers);
          this.prepared = true;
        }
        failing = false;
      } catch (error) {
        if (!failing) this.logger.warn({ err: error }, 'PostgreSQL cannot be asked');
        failing = true;
      }
      const pause = this.prepared ? this.config.statusReloadMs : startMs;
      await sleep(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }
}
