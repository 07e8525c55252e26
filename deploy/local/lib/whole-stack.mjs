/** @import { Command } from '../types.js' */

/** Benchmarks of the whole stack. The others measure one part and need its PostgreSQL only. */
const wholeStackBenchmarks = ['growth', 'identity', 'overload', 'page', 'password', 'reissue', 'storm'];

/**
 * Whether a command runs the whole stack, and therefore needs its programs.
 * @param {Command} command
 * @param {readonly string[]} args that follow the command
 */
export const runsWholeStack = (command, args) =>
  command !== 'bench' || (wholeStackBenchmarks.includes(args[0] ?? '') && !args.includes('--help'));
