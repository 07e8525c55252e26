import { assembleEvidence, waitForCheckpoint, type ExternalCheckpoint } from '#libs/audit-log';
import { parseOptions } from '#libs/command-line';
import { appendAuthorityEntry } from '#libs/db/audit';
import { reissueIdOfReceipt } from '#libs/db/reissues';
import { readReceiptNumber, reissueIdPattern } from '#libs/domain';
import { loadTerms } from '#libs/terms';
import { exitCodeOf, withAudit } from '../audit-tool.js';
import { readCheckpoints } from '../kept-checkpoints.js';
import { actorOf, UsageError, type Terminal } from '../terminal.js';

const usage = `Usage: npm run -s evidence -- REISSUE [--checkpoint FILE] [--as NAME] > bundle.json

REISSUE is the id of a reissue, or its receipt number.
Writes all evidence of a reissue: the entries of the audit trail with their proofs, consents with their texts, the
certificate, the archived history. \`npm run -s verify\` verifies it offline. It contains personal data.

  --checkpoint FILE  also proves against checkpoints that were kept elsewhere: one JWS, or JSON Lines of {"jws": …}
  --as NAME          the operator, for the audit trail

It needs the worker's environment, and waits up to 20 s until a checkpoint covers the reissue.
Exit codes: 0 done, 1 failed, 2 invalid arguments, 78 invalid configuration.`;

/** `npm run evidence`. @returns the exit code */
export async function runEvidence(args: string[], terminal: Terminal): Promise<number> {
  return exitCodeOf(terminal, usage, async () => {
    const { values, positionals } = parseOptions({
      args,
      options: {
        checkpoint: { type: 'string' },
        as: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    if (values.help) return (terminal.print(usage), 0);
    const [named, ...more] = positionals;
    if (named === undefined || more.length > 0) throw new UsageError('Name one reissue.');
    const receipt = reissueIdPattern.test(named) ? undefined : receiptNumberOf(named);
    const kept = values.checkpoint === undefined ? [] : await readCheckpoints(terminal, values.checkpoint);
    return withAudit(terminal, async ({ db, config }) => {
      const reissueId = receipt === undefined ? named : await reissueIdOfReceipt(db, receipt);
      if (reissueId === undefined) {
        terminal.complain(`No reissue has the receipt number ${receipt}.`);
        return 1;
      }
      await appendAuthorityEntry(db, {
        actor: actorOf(values.as),
        action: 'exportEvidence',
        outcome: 'DONE',
        details: { reissueId },
        occurredAt: terminal.clock(),
      });
      if (!(await waitForCheckpoint(db, reissueId)))
        terminal.complain('No checkpoint covers the whole reissue yet. Is the worker running?');
      const parts = { db, key: config.auditKeys.keys[0]!, terms: loadTerms(), clock: terminal.clock };
      const bundle = await assembleEvidence(parts, reissueId, kept.map(keptCheckpoint));
      if (!bundle) {
        terminal.complain(`There is no reissue ${reissueId}.`);
        return 1;
      }
      terminal.print(JSON.stringify(bundle, null, 1));
      return 0;
    });
  });
}

/** The content of a checkpoint. Its signature is not checked: the content only selects the proofs to make. */
function keptCheckpoint(jws: string): ExternalCheckpoint {
  const [, payload = ''] = jws.split('.');
  try {
    const { size } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { size?: unknown };
    if (Number.isSafeInteger(size) && (size as number) > 0) return { size: size as number, jws };
  } catch {
    // the error follows
  }
  throw new UsageError('The file contains an entry that is not a checkpoint.');
}

/** @throws UsageError if the text is neither a reissue id nor a receipt number */
function receiptNumberOf(text: string): string {
  const read = readReceiptNumber(text);
  if ('number' in read) return read.number;
  throw new UsageError(
    read.fault === 'CHECK'
      ? `The receipt number ${text} is mistyped: its check character does not match.`
      : `${text} is neither a reissue id nor a receipt number.`,
  );
}
