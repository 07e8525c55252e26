import type { RestoreWatch } from '#libs/restore';
import { Gauge, type Registry } from 'prom-client';

/** Adds the metric by which a restored database that waits to be reconciled raises an alarm. */
export function registerRestoreMetrics(restores: Pick<RestoreWatch, 'pending'>, registry: Registry): void {
  new Gauge({
    name: 'reseal_restore_pending',
    help: 'Whether the database was restored from a backup and waits for "setup after-restore"',
    registers: [registry],
    collect() {
      this.set(restores.pending ? 1 : 0);
    },
  });
}
