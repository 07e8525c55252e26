import type { Sequencer } from '#libs/audit-log';
import type { Database } from '#libs/db';
import { countPendingEntries, newestCheckpoint } from '#libs/db/audit';
import { Gauge, type Registry } from 'prom-client';

/** Adds the metrics of the audit log. A figure that cannot be had, because PostgreSQL is away, is NaN. */
export function registerSequencerMetrics(sequencer: Sequencer, db: Database, registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'audit_pending_entries',
    help: 'Entries of the audit trail that are not in its log yet',
    registers,
    async collect() {
      this.set(await countPendingEntries(db).catch(() => NaN));
    },
  });
  new Gauge({
    name: 'audit_checkpoint_age_seconds',
    help: 'Age of the newest checkpoint of the audit log; it grows while nothing new is written, too',
    registers,
    async collect() {
      const newest = await newestCheckpoint(db).catch(() => undefined);
      this.set(newest ? (Date.now() - newest.made_at.getTime()) / 1_000 : NaN);
    },
  });
  new Gauge({
    name: 'audit_sequencer_active',
    help: 'Whether this copy of the sequencer is the active one',
    registers,
    collect() {
      this.set(sequencer.active ? 1 : 0);
    },
  });
}
