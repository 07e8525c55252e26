export { allMigrations, migrate, pendingMigrations } from './migrate.js';
