import type { Sequencer } from '#libs/audit-log';
import type { RoleDatabase } from '#libs/db';
import { countPendingEntries, newestCheckpoint } from '#libs/db/audit';
import { Gauge, type Registry } from 'prom-client';

/** Adds the metrics of the audit log. A value is NaN while PostgreSQL cannot be reached. */
export function registerSequencerMetrics(
  sequencer: Sequencer,
  db: RoleDatabase<'worker'>,
  registry: Registry,
): void {
  const registers = [registry];
  new Gauge({
    name: 'reseal_audit_pending_entries',
    help: 'Audit entries not yet in the audit log',
    registers,
    async collect() {
      this.set(await countPendingEntries(db).catch(() => NaN));
    },
  });
  new Gauge({
    name: 'reseal_audit_checkpoint_age_seconds',
    help: 'Age of the newest audit log checkpoint; also grows while no entries are written',
    registers,
    async collect() {
      const newest = await newestCheckpoint(db).catch(() => undefined);
      this.set(newest ? (Date.now() - newest.made_at.getTime()) / 1_000 : NaN);
    },
  });
  new Gauge({
    name: 'reseal_audit_sequencer_active',
    help: '1 if this process runs the active audit sequencer, otherwise 0',
    registers,
    collect() {
      this.set(sequencer.active ? 1 : 0);
    },
  });
}
