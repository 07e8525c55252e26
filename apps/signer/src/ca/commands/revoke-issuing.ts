import { certificateSerial, type CrlReason } from '#libs/ca';
import { parseOptions } from '#libs/command-line';
import { CommandUsageError, type Command, type CommandContext } from '../context.js';
import { makeRootCrl, revocationOf, knownRootCrls } from '../root-crl-renewal.js';

/** The reasons of RFC 5280 section 5.3.1 that apply to a CA. */
const reasons: readonly CrlReason[] = ['keyCompromise', 'cACompromise', 'superseded', 'cessationOfOperation'];

interface Revocation {
  readonly keyId: string;
  readonly reason: CrlReason;
  readonly confirmed: boolean;
}

export const revokeIssuingCommand: Command = {
  name: 'revoke-issuing',
  usage: `KEY_ID --reason ${reasons.join('|')} [--confirm]`,
  summary:
    'revokes an issuing CA that no longer signs certificates, and so every certificate that it has signed',

  async run(args, context) {
    const { values, positionals } = parseOptions({
      args,
      options: { reason: { type: 'string' }, confirm: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const reason = reasons.find((each) => each === values.reason);
    const [keyId, ...more] = positionals;
    if (!keyId || more.length > 0 || !reason)
      throw new CommandUsageError('Give the key id of the issuing CA (status --json shows it) and a reason.');
    return revoke(context, { keyId, reason, confirmed: values.confirm });
  },
};

async function revoke(context: CommandContext, { keyId, reason, confirmed }: Revocation): Promise<number> {
  const { all, current } = await context.authorities();
  const issuing = all.find(({ identity }) => identity.keyId === keyId);
  const refuse = (why: string) => {
    context.out(`${why} Nothing was changed.`);
    return 1;
  };
  if (!issuing) return refuse(`There is no issuing CA with the key id ${keyId}.`);
  if (issuing === current) return refuse(`${issuing.subject} signs certificates: run rotate issuing first.`);
  if (revocationOf(issuing, await knownRootCrls(context)))
    return refuse(`${issuing.subject} is already revoked.`);
  if (!confirmed) {
    context.out(`would revoke ${issuing.subject}, key ${keyId}, ${reason}:`);
    context.out(
      'relying parties that check the whole chain will then permanently reject every certificate that it has signed',
    );
    context.out('Nothing was changed. Add --confirm to do it.');
    return 0;
  }
  const serial = certificateSerial(issuing.chain[0]);
  await context.audited('ca.revokeIssuing', { keyId, serial, reason }, async () => {
    const revokedAt = context.issuanceTime();
    const { number, nextUpdate } = await makeRootCrl(context, [{ serial, revokedAt, reason }]);
    context.out(
      `revoked ${issuing.subject}; CRL ${number} of the root shows it, until ${nextUpdate.toISOString()}`,
    );
    return { crlNumber: String(number) };
  });
  return 0;
}
