export { PostgresLeadership } from './leadership.js';
export type { Leadership, LeadershipOptions, Term } from './leadership.js';
export { LedLoop } from './led-loop.js';
export type { LoopTiming } from './led-loop.js';
