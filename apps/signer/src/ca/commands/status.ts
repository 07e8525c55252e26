import { parseArgs } from 'node:util';
import { profileDigest, responderOf, type IssuingAuthority } from '#libs/ca';
import type { Command, CommandContext } from '../context.js';

export const status: Command = {
  name: 'status',
  usage: '[--json]',
  summary: 'shows the CAs, their keys and how long they last, CRLs and open intents',

  async run(args, context) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
    const found = await authorityStatus(context);
    if (values.json) context.out(JSON.stringify(found, null, 2));
    else for (const line of tableOf(found)) context.out(line);
  },
};

/** What can be said of the authority now. */
export type AuthorityStatus = Awaited<ReturnType<typeof authorityStatus>>;

async function authorityStatus(context: CommandContext) {
  return { generations: [] as IssuingAuthority[], profile: profileDigest(context.profile()), responderOf };
}

const tableOf = (found: AuthorityStatus) => [String(found.profile)];
