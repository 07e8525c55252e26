import { createHash } from 'node:crypto';
import { trustFormat, type TrustFile } from '#libs/audit-proofs';
import { parseOptions } from '#libs/command-line';
import { knownIssuers, type IssuerRow } from '#libs/db/certificates';
import { staffKeys } from '#libs/db/operations';
import { staffKeyOf } from '#libs/approvals';
import { publicReceiptKeys } from '#libs/terms';
import { exitCodeOf, withAudit, type AuditTool } from '../audit-tool.js';
import type { Terminal } from '../terminal.js';

const usage = `Usage: npm run -s trust > trust.json

Writes the keys that a verifier of evidence trusts: the audit's public keys with their periods of use, the keys of
receipts, and the fingerprints of the certificate authorities. Send it to auditors by another channel than the evidence.
It needs the worker's environment.
Exit codes: 0 done, 1 failed, 2 invalid arguments, 78 invalid configuration.`;

/** `npm run trust`. @returns the exit code */
export async function runTrust(args: string[], terminal: Terminal): Promise<number> {
  return exitCodeOf(terminal, usage, async () => {
    const { values } = parseOptions({ args, options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) terminal.print(usage);
    else
      await withAudit(terminal, async (tool) => {
        terminal.print(JSON.stringify(await trustOf(tool), null, 2));
      });
    return 0;
  });
}

/** The trust file from the configuration and the database. */
export async function trustOf({ db, config }: AuditTool): Promise<TrustFile> {
  return {
    format: trustFormat,
    origin: config.auditOrigin,
    auditKeys: config.auditKeys.keys.map(({ d: _, validFrom, validUntil, ...jwk }) => ({
      jwk: jwk,
      validFrom,
      ...(validUntil === undefined ? {} : { validUntil }),
    })),
    receiptKeys: publicReceiptKeys(config.receiptKeys).keys as { kty: string; kid: string }[],
    staffKeys: (await staffKeys(db)).map(staffKeyOf),
    certificateAuthorities: authoritiesOf(await knownIssuers(db)),
  };
}

function authoritiesOf(issuers: readonly IssuerRow[]): TrustFile['certificateAuthorities'] {
  const named = issuers.flatMap(({ subject, certificate, root }) => [
    { subject, der: certificate },
    { subject: `root of ${subject}`, der: root },
  ]);
  const bySha256 = new Map(
    named
      .map(({ subject, der }) => [createHash('sha256').update(der).digest('hex'), subject] as const)
      .toReversed(),
  );
  return [...bySha256].map(([sha256, subject]) => ({ subject, sha256 })).toReversed();
}
