import { parseOptions } from '#libs/command-line';
import type { Command } from '../context.js';
import { changeOptions, changeStatuses } from '../status-changes.js';

export const holdCommand: Command = {
  name: 'hold',
  usage: 'SERIAL…|--serials FILE|-|--operation OP_ID [--comment TEXT] [--json] [--confirm]',
  summary:
    'suspends certificates until they are released or revoked; exits with 3 if some cannot be suspended',

  async run(args, context) {
    const { values, positionals } = parseOptions({ args, options: changeOptions, allowPositionals: true });
    return changeStatuses(context, 'hold', () => ({ act: 'hold' }), positionals, values);
  },
};
