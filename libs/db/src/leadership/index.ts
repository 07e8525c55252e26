export { PostgresLeadership } from './leadership.js';
export type { Leadership, Term } from './leadership.js';
export { LeaderLoop } from './leader-loop.js';
export type { LoopTiming } from './leader-loop.js';
