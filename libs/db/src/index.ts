export { createSession } from './timeout-client.js';
export type { SessionOptions } from './timeout-client.js';
export { createDatabase, createPool, inTransaction } from './connect.js';
export type { Database, Tx, DatabaseOptions } from './connect.js';
export type { Tables } from './tables.js';
export { NotificationListener } from './notification-listener.js';
export type { ListenerOptions } from './notification-listener.js';
