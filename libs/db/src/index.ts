export { createDatabase, createPool, inTransaction } from './connect.js';
export type { Database, PrivilegeOf, RoleDatabase, RoleTx, Tx } from './database.js';
export type { Tables } from './tables.js';
export { NotificationListener } from './notification-listener.js';
