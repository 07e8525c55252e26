import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseOptions } from '#libs/command-line';
import { projectRoot } from '#libs/config';
import { changedRecord, changedTexts, loadTerms, verifyReceipt, type PublishedDigests } from '#libs/terms';
import { runTool } from '../run-tool.js';
import { ToolFailure, type InputTerminal, UsageError } from '../terminal.js';

const usage = `Usage: npm run -s terms -- <command>

  check [--documents DIR] [--digests FILE] [--against COMMIT]
      Finds texts that were changed, removed or not recorded under their version: customers may have agreed to
      the exact bytes. Prints the texts with the dates from which they are in force. Exit code 1 for any finding.
      With --against, also compares the record with that of a git commit (e.g. origin/main): lines may only be added.

  verify RECEIPT --keys FILE
      Verifies a consent receipt (a file, or - for standard input) with the keys of GET /v1/receipt-keys and prints
      its content: {iss, sub, jti, iat, consents}. Exit code 1 if the signature is not valid for a key of FILE.`;

/** Tools to publish terms and to verify receipts. @returns the exit code */
export function runTerms(args: string[], terminal: InputTerminal): Promise<number> {
  return runTool({ name: 'terms', usage, commands: { check, verify }, failure }, args, terminal);
}

const failure = (error: unknown) =>
  error instanceof ToolFailure ? { line: error.message, exitCode: 1 } : undefined;

async function check(args: string[], terminal: InputTerminal): Promise<number> {
  const { values } = parseOptions({
    args,
    options: { documents: { type: 'string' }, digests: { type: 'string' }, against: { type: 'string' } },
  });
  const root = join(projectRoot(), 'libs/terms');
  const catalogue = orFail(() => loadTerms(values.documents ?? join(root, 'documents')));
  const record = values.digests ?? join(root, 'digests.json');
  const published = readJson(record) as PublishedDigests;
  const before = values.against === undefined ? {} : recordedIn(values.against, record);
  const findings = [...changedRecord(published, before), ...changedTexts(catalogue, published)];
  for (const finding of findings) terminal.complain(finding);
  if (findings.length > 0) return 1;
  for (const { termsId, version, locale, stage, mandatory, validFrom } of catalogue)
    terminal.print(
      `${validFrom.toISOString()}  ${stage.padEnd(8)}  ${mandatory ? 'required' : 'optional'}  ${termsId}/${version}.${locale}`,
    );
  return 0;
}

async function verify(args: string[], terminal: InputTerminal): Promise<number> {
  const { positionals, values } = parseOptions({
    args,
    allowPositionals: true,
    options: { keys: { type: 'string' } },
  });
  const [receipt] = positionals;
  if (!receipt || positionals.length > 1) throw new UsageError('one RECEIPT is needed');
  if (!values.keys) throw new UsageError('--keys FILE is needed');
  const keys = readJson(values.keys) as Parameters<typeof verifyReceipt>[1];
  if (!Array.isArray(keys?.keys)) throw new ToolFailure(`${values.keys} is not a JSON Web Key Set`);
  const text = receipt === '-' ? await terminal.input() : orFail(() => readFileSync(receipt));
  const claims = await verifyReceipt(text.toString('utf8').trim(), keys).catch((error: unknown) => {
    throw new ToolFailure(`the receipt is not confirmed: ${(error as Error).message}`);
  });
  terminal.print(JSON.stringify(claims, null, 2));
  return 0;
}

function readJson(file: string): unknown {
  return orFail((): unknown => JSON.parse(readFileSync(file, 'utf8')));
}

/** The record `file` in a commit; empty if the commit does not have it. */
function recordedIn(commit: string, file: string): PublishedDigests {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: dirname(file), encoding: 'utf8' });
  if (git('rev-parse', '--quiet', '--verify', '--end-of-options', `${commit}^{commit}`).status !== 0)
    throw new ToolFailure(`there is no commit ${commit}`);
  const { status, stdout } = git('show', '--end-of-options', `${commit}:./${basename(file)}`);
  return status === 0 ? (orFail((): unknown => JSON.parse(stdout)) as PublishedDigests) : {};
}

/** Reports an error with a file as a failure of the tool, without a stack. */
function orFail<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ToolFailure((error as Error).message);
  }
}
