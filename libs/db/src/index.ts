export { createDatabase, createPool } from './connect.js';
export { afterCommit, inTransaction } from './transactions.js';
export { registerSqlMetrics } from './sql-metrics.js';
export type { Database, PrivilegeOf, RoleDatabase, RoleTx, Tx } from './database.js';
export type { Tables } from './tables.js';
export type { WritePart } from './writes.js';
export { exitOnTransactionPooler } from './session.js';
export { NotificationListener } from './notification-listener.js';
