import {
  readTrustFile,
  InvalidTrustFile,
  verifyEvidenceFile,
  type TrustFile,
  type EvidenceVerdict,
} from '#libs/audit-proofs';
import { verifyLog } from '#libs/audit-log';
import { parseOptions } from '#libs/command-line';
import { exitCodeOf, withAudit, type AuditTool } from '../audit-tool.js';
import { readBytes, readCheckpoints } from '../kept-checkpoints.js';
import { UsageError, type Terminal } from '../terminal.js';
import { trustOf } from '../trust/trust.js';

const usage = `Usage: npm run -s verify -- BUNDLE --trust FILE [--checkpoint FILE|kafka://HOST:PORT]
       npm run -s verify -- --log [--trust FILE] [--checkpoint FILE|kafka://HOST:PORT]

Verifies a bundle of evidence, without Reseal and, with checkpoints in files, without a network. With --log, verifies the whole audit log in the
database with the worker's environment: the worker's keys if no trust file is given, and the checkpoints in
RESEAL_CHECKPOINT_FILE.

  --trust FILE       the trusted keys, from \`npm run -s trust\`
  --checkpoint FILE  checkpoints that were kept elsewhere: one JWS, or JSON Lines of {"jws": …}
  --checkpoint kafka://HOST:PORT[,HOST:PORT]  all checkpoints in the topic of the audit log, which Kafka keeps forever

Files may be UTF-8 or UTF-16, with or without a byte order mark. A file that is not a bundle gives the finding UNREADABLE.

Prints one JSON object: {"valid": true or false, "unproven": […], "findings": [{"kind", "entry", "message"}]}.
Exit codes: 0 valid, 1 not valid, 2 invalid arguments, 78 invalid configuration.`;

/** `npm run verify`. @returns the exit code */
export async function runVerify(args: string[], terminal: Terminal): Promise<number> {
  return exitCodeOf(terminal, usage, async () => {
    const { values, positionals } = parseOptions({
      args,
      options: {
        trust: { type: 'string' },
        checkpoint: { type: 'string', multiple: true },
        log: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    if (values.help) return (terminal.print(usage), 0);
    const trust = values.trust === undefined ? undefined : await trustIn(values.trust);
    const places = values.checkpoint ?? [];
    const verdict = values.log
      ? await verdictOfLog(terminal, positionals, trust, places)
      : await verdictOfBundle(terminal, positionals, trust, places);
    terminal.print(JSON.stringify(verdict, null, 2));
    return verdict.valid ? 0 : 1;
  });
}

async function trustIn(file: string): Promise<TrustFile> {
  try {
    return readTrustFile(await readBytes(file));
  } catch (error) {
    throw error instanceof InvalidTrustFile ? new UsageError(error.message) : error;
  }
}

async function verdictOfBundle(
  terminal: Terminal,
  positionals: readonly string[],
  trust: TrustFile | undefined,
  places: readonly string[],
): Promise<EvidenceVerdict> {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('Name one bundle.');
  if (!trust) throw new UsageError('Give a trust file: --trust FILE.');
  const kept = await checkpointsIn(terminal, places, trust);
  return (await verifyEvidenceFile(await readBytes(file), trust, kept)).verdict;
}

async function verdictOfLog(
  terminal: Terminal,
  positionals: readonly string[],
  given: TrustFile | undefined,
  places: readonly string[],
): Promise<EvidenceVerdict> {
  if (positionals.length > 0) throw new UsageError('Verify a bundle or the log, not both at once.');
  return withAudit(terminal, async (tool) => {
    const trust = given ?? (await trustOf(tool));
    // Read before the database, so that the database has all entries of these checkpoints.
    const kept = await checkpointsIn(terminal, places, trust);
    const configured = await checkpointsKeptBy(terminal, tool, places.length > 0);
    const verdict = await verifyLog(tool.db, trust, [...kept, ...configured.jws]);
    return { ...verdict, unproven: [...verdict.unproven, ...configured.unproven] };
  });
}

/** The checkpoints of this log in all these places. */
async function checkpointsIn(
  terminal: Terminal,
  places: readonly string[],
  { origin }: TrustFile,
): Promise<string[]> {
  return (await Promise.all(places.map((place) => readCheckpoints(terminal, place, origin)))).flat();
}

/** The checkpoints that the worker keeps outside the database. Without them, a rewritten log cannot be detected. */
async function checkpointsKeptBy(
  terminal: Terminal,
  { config: { checkpointFile } }: AuditTool,
  hasOthers: boolean,
): Promise<{ readonly jws: readonly string[]; readonly unproven: EvidenceVerdict['unproven'] }> {
  const unread = (message: string) => ({ jws: [], unproven: [{ what: 'CHECKPOINT' as const, message }] });
  if (checkpointFile === undefined && hasOthers) return { jws: [], unproven: [] };
  if (checkpointFile === undefined)
    return unread('RESEAL_CHECKPOINT_FILE is not set, so no external checkpoints were compared');
  try {
    return { jws: await readCheckpoints(terminal, checkpointFile), unproven: [] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return unread(`the external checkpoints were not compared: ${error.message}`);
  }
}
