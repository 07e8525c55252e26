import { parseOptions } from '#libs/command-line';
import type { Command } from '../context.js';
import { changeOptions, changeStatuses } from '../status-changes.js';

export const releaseCommand: Command = {
  name: 'release',
  usage: 'SERIAL…|--serials FILE|-|--operation OP_ID [--comment TEXT] [--json] [--confirm]',
  summary: 'ends the suspension of certificates; exits with 3 if some cannot be released',

  async run(args, context) {
    const { values, positionals } = parseOptions({ args, options: changeOptions, allowPositionals: true });
    return changeStatuses(context, 'release', () => ({ act: 'release' }), positionals, values);
  },
};
