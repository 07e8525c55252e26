import { parseArgs } from 'node:util';
import { Refusal } from './errors.mjs';

/** @import { Command } from '../types.js' */

/**
 * What may follow `npm start --` and `npm test --`. `demo` and `bench` say themselves what may follow them.
 * @type {Partial<Record<Command, {usage: string, options: Record<string, 'string' | 'boolean'>}>>}
 */
const commands = {
  start: {
    usage: `npm start -- [options]

Starts the whole system on this machine, and stops it at Ctrl-C.

  --infrastructure   only PostgreSQL, Temporal and Kafka
  --cluster          two or three of each part, with TLS, behind a load balancer
  --tls              with TLS and credentials between all parts, by a CA that is thrown away
  --logs             prints the logs of all processes
  --help             this text`,
    options: { infrastructure: 'boolean', cluster: 'boolean', tls: 'boolean', logs: 'boolean' },
  },
  test: {
    usage: `npm test -- [options] [-- <arguments for Jest>]

Runs all tests, on a stack of their own.

  --only LIST        only these groups, separated by commas: docs/development.md lists them
  --tls              with TLS and credentials between all parts, by a CA that is thrown away
  --logs             prints the logs of all processes
  --help             this text`,
    options: { only: 'string', tls: 'boolean', logs: 'boolean' },
  },
};

/**
 * The usage of a command, if a person asks for it.
 * @param {Command} command
 * @param {readonly string[]} args
 */
export const requestedUsage = (command, args) =>
  args.some((arg) => ['--help', '-h'].includes(arg)) ? commands[command]?.usage : undefined;

/**
 * Reads the options of a command, before anything is started.
 * @param {'start' | 'test'} command
 * @param {readonly string[]} args
 * @returns {{values: Record<string, string | boolean | undefined>, positionals: string[]}}
 * @throws {Refusal} if there is no such option
 */
export function readOptions(command, args) {
  const { options } = /** @type {NonNullable<typeof commands['start']>} */ (commands[command]);
  const known = Object.entries(options).map(([name, type]) => [name, { type }]);
  try {
    return /** @type {ReturnType<typeof readOptions>} */ (
      parseArgs({ args: [...args], options: Object.fromEntries(known), allowPositionals: command === 'test' })
    );
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
    const [, typed] = /^Unknown option '(--?[^']+)'/.exec(message) ?? [];
    const names = Object.keys(options).map((name) => `--${name}`);
    throw typed === undefined ? new Refusal(message) : unknownName('option', typed, names);
  }
}

/**
 * @param {string} kind
 * @param {string} typed
 * @param {string[]} known
 */
export const unknownName = (kind, typed, known) =>
  new Refusal(`Unknown ${kind} ${typed}. ${suggestion(typed, known)}`);

/**
 * The known name that has the most pairs of letters in common with what was typed.
 * @param {string} typed
 * @param {string[]} known
 */
function suggestion(typed, known) {
  /** @param {string} text */
  const pairs = (text) => [...text].slice(1).map((letter, index) => text[index] + letter);
  const common = known.map((name) => pairs(name).filter((pair) => pairs(typed).includes(pair)).length);
  const most = Math.max(...common);
  // Two dashes in common say nothing.
  return most < 2 ? `There is ${known.join(', ')}.` : `Did you mean ${known[common.indexOf(most)]}?`;
}
