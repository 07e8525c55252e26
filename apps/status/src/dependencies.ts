import { setTimeout as delay } from 'node:timers/promises';
import { directUrlOf } from '#libs/config';
import { ClockWatch } from '#libs/clock';
import { createDatabase, NotificationListener, type RoleDatabase } from '#libs/db';
import { RestoreWatch } from '#libs/restore';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';
import type { StatusConfig } from './config.js';
import { CrlCache } from './crl/crl-cache.js';
import { Issuers } from './issuers/issuers.js';
import { AnswerCache } from './ocsp/answer-cache.js';
import type { OcspReply } from './ocsp/ocsp-answers.js';

const statusChannel = 'reseal_certificate_status';
const crlChannel = 'reseal_crl';

/** Pause between attempts until the CRLs are fetched for the first time, in milliseconds. */
const startPauseMs = 500;

/**
 * The dependencies of the status app's features: its database, its caches and their invalidation. PostgreSQL notifies every
 * process of each status change and each new CRL. While a process has no such connection, it does not use cached data that
 * can be outdated. The class is also its injection token.
 */
export class StatusDependencies {
  readonly db: RoleDatabase<'status'>;
  readonly clocks: ClockWatch;
  readonly issuers: Issuers;
  readonly cache: AnswerCache<OcspReply>;
  readonly crls: CrlCache;
  readonly listener: NotificationListener;
  readonly restores: RestoreWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  private readonly stopping = new AbortController();
  private refreshing: Promise<void> | undefined;
  /** Whether an issuing CA and its CRLs are cached: from then on PostgreSQL need not be available. */
  private prepared = false;

  constructor(
    readonly config: StatusConfig,
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  ) {
    const { databaseUrl, databasePoolSize: max } = config;
    const listening = () => this.listener.listening;
    this.clock = clock;
    this.logger = logger;
    this.db = createDatabase<'status'>({ url: databaseUrl, max, applicationName: 'reseal-status' });
    this.clocks = new ClockWatch({ db: this.db, clock, toleranceMs: config.clockToleranceMs });
    this.cache = new AnswerCache(config.ocspCacheSize, listening);
    this.crls = new CrlCache(this.db, listening);
    this.issuers = new Issuers({ ...config, db: this.db, clock, logger, onChange: () => this.cache.clear() });
    const invalidateAll = () => {
      this.cache.clear();
      this.crls.invalidateAll();
    };
    this.restores = new RestoreWatch({ db: this.db, logger });
    this.listener = new NotificationListener({
      databaseUrl: directUrlOf(config),
      applicationName: 'reseal-status-changes',
      channels: [statusChannel, crlChannel],
      onNotification: (payload, channel) => this.invalidate(payload, channel),
      onListening: invalidateAll,
      onLost: invalidateAll,
      logger,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    this.listener.start();
    this.restores.start();
    this.refreshing = this.refreshRegularly();
    await this.clocks.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.clocks.stop();
    await this.refreshing;
    await this.listener.stop();
    await this.restores.stop();
    await this.db.destroy();
  }

  /** The readiness check: throws until the CRLs are cached. */
  checkCrls(): void {
    if (!this.prepared) throw new Error('no CRL has been fetched yet');
  }

  private invalidate(payload: string, channel: string): void {
    if (channel === statusChannel) return this.cache.forget(payload);
    const [keyId = '', shard] = payload.split('/');
    this.crls.invalidate(keyId, Number(shard));
  }

  /** Searches for new issuing CAs and OCSP keys, and fetches CRLs before they are requested. */
  private async refreshRegularly(): Promise<void> {
    let failing = false;
    while (!this.stopping.signal.aborted) {
      try {
        await this.issuers.refresh();
        const issuers = this.issuers.all();
        if (this.listener.listening && issuers.length > 0) {
          await this.crls.fill(issuers);
          this.prepared = true;
        }
        failing = false;
      } catch (error) {
        if (!failing) this.logger.warn({ err: error }, 'PostgreSQL is not available');
        failing = true;
      }
      const pause = this.prepared ? this.config.statusReloadMs : startPauseMs;
      await delay(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }
}
