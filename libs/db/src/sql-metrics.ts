import { Counter, type Registry } from 'prom-client';

/** Of all pools of this process. */
const counts = { prepared: 0, unprepared: 0, transaction: 0 };

const transactionControl = /^(?:begin|commit|rollback|start transaction)\b/;

/** Counts a statement that a pool's connection sends. */
export function countStatement(text: string, prepared: boolean): void {
  if (prepared) counts.prepared += 1;
  else if (transactionControl.test(text)) counts.transaction += 1;
  else counts.unprepared += 1;
}

/** Adds the number of this process's SQL statements. */
export function registerSqlMetrics(registry: Registry): void {
  new Counter({
    name: 'reseal_sql_statements_total',
    help: 'SQL statements of this process: prepared, unprepared (parsed and planned each time), or transaction (BEGIN, COMMIT, ROLLBACK)',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      this.reset();
      for (const kind of ['prepared', 'unprepared', 'transaction'] as const) this.inc({ kind }, counts[kind]);
    },
  });
}
