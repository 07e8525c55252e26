import { publishDueCrls } from '#activities/publication';
import { parseOptions } from '#libs/command-line';
import { createLogger } from '#libs/observability';
import { SignerJournal } from '#libs/signer-journal';
import { crlTimingOf } from '../../config.js';
import type { Command } from '../context.js';

export const publishCrlCommand: Command = {
  name: 'publish-crl',
  usage: '[--all]',
  summary: 'publishes the CRLs that are due now, or all of them',

  async run(args, context) {
    const { values } = parseOptions({ args, options: { all: { type: 'boolean', default: false } } });
    const { signerJournal } = context.config();
    const clock = () => context.clock();
    const journal = signerJournal === undefined ? undefined : new SignerJournal(signerJournal, clock);
    const ports = {
      db: context.db(),
      authorities: await context.authorities(),
      statusUrl: context.profile().statusUrl,
      timing: crlTimingOf(context.config()),
      clock,
      journal,
      backdateMs: context.config().backdateMs,
      logger: createLogger({ name: 'ca', level: 'error' }),
    };
    await context
      .audited('ca.publishCrl', { all: values.all }, async () => {
        const done = await publishDueCrls(ports, { force: values.all });
        context.out(`published ${done.published} CRLs with ${done.shown} status changes of certificates`);
        return { ...done };
      })
      .finally(() => journal?.close());
  },
};
