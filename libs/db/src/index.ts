export { createSession } from './timeout-client.js';
export type { SessionOptions } from './timeout-client.js';
export { createDatabase, createPool, inTransaction } from './connect.js';
export type { DatabaseOptions } from './connect.js';
export type { Database, PrivilegeOf, RoleDatabase, RoleTx, Tx } from './database.js';
export type { Tables } from './tables.js';
export { NotificationListener } from './notification-listener.js';
export type { ListenerOptions } from './notification-listener.js';
