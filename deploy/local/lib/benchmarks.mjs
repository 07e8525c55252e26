/** @import { Command } from '../types.js' */

/**
 * The benchmarks of `npm run bench -- <name>`, and what each needs: the whole stack, or only its PostgreSQL because it
 * measures one part.
 * @type {Record<string, 'stack' | 'database'>}
 */
export const benchmarks = {
  audit: 'database',
  'events-in': 'stack',
  expiry: 'database',
  growth: 'stack',
  identity: 'stack',
  import: 'database',
  lists: 'database',
  overload: 'stack',
  page: 'stack',
  password: 'stack',
  reissue: 'stack',
  sign: 'database',
  status: 'database',
  storm: 'stack',
};

/**
 * Whether a command runs the whole stack, and therefore needs its programs.
 * @param {Command} command
 * @param {readonly string[]} args that follow the command
 */
export const runsWholeStack = (command, args) =>
  command !== 'bench' || (benchmarks[args[0] ?? ''] === 'stack' && !args.includes('--help'));
