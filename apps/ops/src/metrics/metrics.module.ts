import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { countLocksSince, countParkedReissues } from '#libs/db/reissues';
import { oldestUnarchived } from '#libs/db/retention';
import { registerClockMetrics } from '#libs/clock';
import { Metrics } from '#libs/observability';
import { Gauge } from 'prom-client';
import { OpsDependencies } from '../dependencies.js';

/** Period over which locks are counted, in milliseconds. */
const lockWindowMs = 15 * 60_000;

/**
 * Metrics behind the alerts in `deploy/alerts`. Every process of the app reads the same database, so an alert takes the
 * maximum. A value is NaN while PostgreSQL cannot be reached.
 */
@Injectable()
class OperatorMetrics implements OnModuleInit {
  constructor(
    private readonly dependencies: OpsDependencies,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { db, clock, clocks } = this.dependencies;
    registerClockMetrics(clocks, this.metrics.registry);
    const registers = [this.metrics.registry];
    const ageOf = (since: Date | undefined) =>
      since === undefined ? 0 : Math.max(0, (clock().getTime() - since.getTime()) / 1_000);

    new Gauge({
      name: 'reseal_parked_reissues',
      help: 'Reissues waiting for an operator, by step and code',
      labelNames: ['step', 'code'],
      registers,
      async collect() {
        this.reset();
        for (const { step, code, reissues } of await countParkedReissues(db).catch(() => []))
          this.set({ step, code }, reissues);
      },
    });
    new Gauge({
      name: 'reseal_parked_oldest_seconds',
      help: 'How long the longest-parked reissue has waited for an operator; 0 if none waits',
      registers,
      async collect() {
        const ages = await countParkedReissues(db).then(
          (counts) => counts.map(({ oldest }) => ageOf(oldest)),
          () => [NaN],
        );
        this.set(Math.max(0, ...ages));
      },
    });
    new Gauge({
      name: 'reseal_unarchived_oldest_seconds',
      help: 'How long the oldest ended reissue has waited for its history to be archived; 0 if none waits',
      registers,
      async collect() {
        this.set(await oldestUnarchived(db).then(ageOf, () => NaN));
      },
    });
    new Gauge({
      name: 'reseal_locks_recent',
      help: 'Locks of identity methods and passwords in the last 15 minutes, by kind',
      labelNames: ['kind'],
      registers,
      async collect() {
        const since = new Date(clock().getTime() - lockWindowMs);
        const { identity, password } = await countLocksSince(db, since).catch(() => ({
          identity: NaN,
          password: NaN,
        }));
        this.set({ kind: 'identity' }, identity);
        this.set({ kind: 'password' }, password);
      },
    });
  }
}

@Module({ providers: [OperatorMetrics] })
export class OperatorMetricsModule {}
