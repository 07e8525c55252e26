import { plannedRotation, renewResponder, rotateIssuingAuthority } from '#libs/ca';
import { parseOptions } from '#libs/command-line';
import { rootLocationOf } from '../../key-locations.js';
import { makeRootCrl } from '../root-crl-renewal.js';
import { CommandUsageError, type Command, type CommandContext } from '../context.js';

export const rotateCommand: Command = {
  name: 'rotate',
  usage: 'issuing|ocsp [--confirm]',
  summary: 'makes the next generation of the issuing CA, or new keys for the OCSP responder',

  async run(args, context) {
    const { values, positionals } = parseOptions({
      args,
      options: { confirm: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [what, ...more] = positionals;
    if (more.length > 0 || (what !== 'issuing' && what !== 'ocsp'))
      throw new CommandUsageError('Give one argument: issuing or ocsp.');
    await (what === 'issuing' ? rotateIssuing : rotateOcsp)(context, values.confirm);
  },
};

async function rotateIssuing(context: CommandContext, confirmed: boolean): Promise<void> {
  const config = context.config();
  const { generation } = plannedRotation(context.keys().directory, context.issuanceTime());
  const plan = `generation ${generation} of the issuing CA, key in ${config.caKeyStore === 'file' ? 'a file' : 'the token'}`;
  if (!confirmed) return dryRun(context, `would make ${plan}; signers use it within a minute`);

  await context.audited('ca.rotateIssuing', { generation, keyStore: config.caKeyStore }, async () => {
    // The root is available now. The new certificate contains the address of the CRL, so the CRL is made first.
    await makeRootCrl(context);
    const authority = await rotateIssuingAuthority({
      ...context.keys(),
      root: rootLocationOf(config),
      statusUrl: context.profile().statusUrl,
      now: context.issuanceTime(),
      prepare: async (next) => {
        await renewResponder(ocspPlace(context), next, context.issuanceTime());
      },
    });
    const { keyId, notAfter } = authority.identity;
    context.out(`made ${plan}: ${authority.subject}, key ${keyId}, until ${notAfter.toISOString()}`);
    context.out('signers use it within a minute; earlier generations continue to sign their CRLs');
    return { keyId, notAfter };
  });
}

async function rotateOcsp(context: CommandContext, confirmed: boolean): Promise<void> {
  const { all } = await context.authorities();
  const keyIds = all.map(({ identity }) => identity.keyId);
  if (!confirmed) return dryRun(context, `would make new OCSP keys for ${keyIds.join(', ')}`);

  await context.audited('ca.rotateOcsp', { keyIds }, async () => {
    for (const authority of all) {
      const { issuerKeyId, notAfter } = await renewResponder(
        ocspPlace(context),
        authority,
        context.issuanceTime(),
      );
      context.out(`OCSP key for ${issuerKeyId} made, until ${notAfter.toISOString()}`);
    }
  });
}

const ocspPlace = (context: CommandContext) => {
  const { ocspDirectory, ocspPassphrase } = context.config();
  return { directory: ocspDirectory, passphrase: ocspPassphrase };
};

function dryRun({ out }: CommandContext, plan: string): void {
  out(plan);
  out('Nothing was changed. Add --confirm to do it.');
}
