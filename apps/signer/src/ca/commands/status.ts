import { parseOptions } from '#libs/command-line';
import type { Command } from '../context.js';
import { authorityStatus } from '../authority-status.js';
import { statusTable } from '../status-table.js';

export const statusCommand: Command = {
  name: 'status',
  usage: '[--json]',
  summary:
    'shows CAs and OCSP keys with their expiry, the CRLs, and the number of certificates that are being signed',

  async run(args, context) {
    const { values } = parseOptions({ args, options: { json: { type: 'boolean', default: false } } });
    const found = await authorityStatus(context);
    if (values.json) context.out(JSON.stringify(found, null, 2));
    else for (const line of statusTable(found)) context.out(line);
  },
};
