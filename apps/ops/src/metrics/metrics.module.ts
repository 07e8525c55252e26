import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { countLocksSince, countParkedReissues } from '#libs/db/reissues';
import { oldestUnarchived } from '#libs/db/retention';
import { registerClockMetrics } from '#libs/clock';
import { Metrics } from '#libs/observability';
import { Gauge } from 'prom-client';
import { OpsDependencies } from '../dependencies.js';

/** Over so many milliseconds locks are counted. */
const lockWindowMs = 15 * 60_000;

/**
 * What operators are woken by (`deploy/alerts`). Every copy of the app asks the same database, so alarms take the highest. A
 * figure that cannot be had, because PostgreSQL is away, is NaN.
 */
@Injectable()
class OperatorMetrics implements OnModuleInit {
  constructor(
    @Inject(OpsDependencies) private readonly dependencies: OpsDependencies,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { db, clock, clocks } = this.dependencies;
    registerClockMetrics(clocks, this.metrics.registry);
    const registers = [this.metrics.registry];
    const ageOf = (since: Date | undefined) =>
      since === undefined ? 0 : Math.max(0, (clock().getTime() - since.getTime()) / 1_000);

    new Gauge({
      name: 'reseal_parked_reissues',
      help: 'Reissues that wait for an operator',
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
      help: 'For how long the longest of them has waited; 0 if none does',
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
      help: 'For how long the longest ended reissue waits for its history to be archived; 0 if none does',
      registers,
      async collect() {
        this.set(await oldestUnarchived(db).then(ageOf, () => NaN));
      },
    });
    new Gauge({
      name: 'reseal_locks_recent',
      help: 'How often methods of identity and passwords were locked in the last 15 minutes',
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
