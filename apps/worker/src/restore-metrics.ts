import type { RestoreWatch } from '#libs/restore';
import { Gauge, type Registry } from 'prom-client';

/** Adds the metric behind the alert RestorePending. */
export function registerRestoreMetrics(restores: Pick<RestoreWatch, 'pending'>, registry: Registry): void {
  new Gauge({
    name: 'reseal_restore_pending',
    help: '1 while a restored database waits for "setup after-restore", otherwise 0',
    registers: [registry],
    collect() {
      this.set(restores.pending ? 1 : 0);
    },
  });
}
