import type { ReissueEventType } from '#libs/contracts';
import { reasons } from '#libs/domain';
import type { ReissueRow } from '#libs/db/reissues';
import { Counter, Histogram, type Metric, type Registry } from 'prom-client';

// Of this process. No registry is given here, because the steps of all reissues count in the same metrics.
const registers: Registry[] = [];

const started = new Counter({
  name: 'reseal_reissues_started_total',
  help: 'Reissues that this process started, by the reason that the applicant stated',
  labelNames: ['reason'],
  registers,
});
const verified = new Counter({
  name: 'reseal_reissues_verified_total',
  help: 'Reissues whose identity was verified; one that resets its password twice is counted each time',
  labelNames: ['reason'],
  registers,
});
const issued = new Counter({
  name: 'reseal_reissues_issued_total',
  help: 'Reissues whose certificate was issued',
  labelNames: ['reason'],
  registers,
});
const registered = new Counter({
  name: 'reseal_reissues_registered_total',
  help: 'Reissues whose certificate was proved to work, which ends them',
  labelNames: ['reason'],
  registers,
});
const ended = new Counter({
  name: 'reseal_reissues_ended_total',
  help: 'Reissues that ended, by final state and by the code of the end; NONE for REGISTERED',
  labelNames: ['state', 'code'],
  registers,
});
const parked = new Counter({
  name: 'reseal_reissues_parked_total',
  help: 'Reissues that parked, by step, code and what the step waited for: an identity method, several, signer, or none',
  labelNames: ['step', 'code', 'provider'],
  registers,
});

/** In seconds. Customers need about a minute at best, and may take half an hour; parked reissues take longer. */
const buckets = [15, 30, 60, 90, 120, 180, 300, 600, 900, 1_200, 1_800, 3_600, 14_400, 86_400];
const timeToCertificate = new Histogram({
  name: 'reseal_reissue_duration_seconds',
  help: 'Time from the start of a reissue until its certificate was issued, or registered',
  labelNames: ['until'],
  buckets,
  registers,
});

/** A change of a reissue that was committed. */
export interface CommittedChange {
  readonly type: ReissueEventType;
  /** The reissue after the change. */
  readonly row: Pick<
    ReissueRow,
    'reason' | 'state' | 'end_code' | 'created_at' | 'parked_step' | 'parked_code'
  >;
  readonly now: Date;
  /** What the step of a parked reissue waited for. */
  readonly waitsFor?: string | undefined;
}

/** Counts a committed change of a reissue. */
export function countChange({ type, row, now, waitsFor = 'none' }: CommittedChange): void {
  const { reason, state } = row;
  const seconds = () => Math.max(0, (now.getTime() - row.created_at.getTime()) / 1_000);
  switch (type) {
    case 'reseal.reissue.started.v1':
      return started.inc({ reason });
    case 'reseal.reissue.identity-verified.v1':
      return verified.inc({ reason });
    case 'reseal.reissue.issued.v1':
      issued.inc({ reason });
      return timeToCertificate.observe({ until: 'issued' }, seconds());
    case 'reseal.reissue.parked.v1':
      return parked.inc({
        step: row.parked_step ?? 'NONE',
        code: row.parked_code ?? 'NONE',
        provider: waitsFor,
      });
    case 'reseal.reissue.registered.v1':
      registered.inc({ reason });
      timeToCertificate.observe({ until: 'registered' }, seconds());
      return ended.inc({ state, code: 'NONE' });
    case 'reseal.reissue.rejected.v1':
    case 'reseal.reissue.timed-out.v1':
    case 'reseal.reissue.cancelled.v1':
    case 'reseal.reissue.abandoned.v1':
    case 'reseal.reissue.withdrawn.v1':
      return ended.inc({ state, code: row.end_code ?? 'NONE' });
    default: // the other events are steps in between
  }
}

/** Adds the metrics of reissues. A change is counted by the process that committed it. */
export function registerReissueMetrics(registry: Registry): void {
  // A rate needs a sample before the first change.
  for (const counter of [started, verified, issued, registered])
    for (const reason of reasons) counter.inc({ reason }, 0);
  const metrics: readonly unknown[] = [
    started,
    verified,
    issued,
    registered,
    ended,
    parked,
    timeToCertificate,
  ];
  for (const metric of metrics) registry.registerMetric(metric as Metric);
}
