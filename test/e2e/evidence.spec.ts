import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { EvidenceBundle } from '#libs/audit-proofs';
import { environmentOf } from '../support/app-environment.js';
import { runTool, verdictOf } from '../support/audit-tools.js';
import type { Customer } from '../support/customer.js';
import { connectToStack } from '../support/running-stack.js';
import { TemporalHistories } from '../support/temporal.js';
import { until } from '../support/until.js';

jest.setTimeout(180_000);
const stack = connectToStack();
let folder: string;
let customer: Customer;
let bundle: EvidenceBundle;
/** The number of events of the workflow's history. */
let events: number;
const file = (name: string) => path.join(folder, name);
const kafka = `kafka://${stack.addresses.kafkaBrokers.join(',')}`;
const checkpoints = () => environmentOf('worker')['RESEAL_CHECKPOINT_FILE']!;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'evidence-'));
  customer = await stack.newCustomer('VALID');
  await customer.completeReissue('LOST');
  events = await lengthWhenClosed(customer.reissueId);
  await archived(customer.reissueId);
  const trust = await runTool('trust', []);
  await writeFile(file('trust.json'), trust.stdout);
  const evidence = await runTool('evidence', [customer.reissueId, '--as', 'audrey']);
  expect(evidence).toMatchObject({ code: 0, stderr: '' });
  await writeFile(file('bundle.json'), evidence.stdout);
  bundle = JSON.parse(evidence.stdout) as EvidenceBundle;
});
afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

async function lengthWhenClosed(reissueId: string): Promise<number> {
  const histories = await TemporalHistories.connect(stack.addresses.temporal);
  try {
    return await histories.lengthWhenClosed(reissueId);
  } finally {
    await histories.close();
  }
}

/** Waits until the history is archived, and runs the schedule of the archive at once. */
async function archived(reissueId: string): Promise<void> {
  await until(
    'the history is archived',
    async () => {
      await stack.temporal.schedule.getHandle('archive').trigger();
      const row = await stack.db
        .selectFrom('reissue_archive')
        .select('events')
        .where('reissue_id', '=', reissueId)
        .executeTakeFirst();
      return row?.events === events;
    },
    { timeoutMs: 120_000, pauseMs: 1_000 },
  );
}

const verify = (name: string, ...more: string[]) =>
  runTool('verify', [file(name), '--trust', file('trust.json'), ...more], { configured: false });

async function changed(change: (copy: EvidenceBundle) => void): Promise<string[]> {
  const copy = structuredClone(bundle);
  change(copy);
  await writeFile(file('changed.json'), JSON.stringify(copy));
  const ran = await verify('changed.json');
  expect(ran.code).toBe(1);
  expect(verdictOf(ran).valid).toBe(false);
  return [...new Set(verdictOf(ran).findings.map(({ kind }) => kind))].sort();
}

describe('the evidence of a reissue on the real stack', () => {
  it('A bundle is valid for a verifier with only the bundle and the trust file', async () => {
    const ran = await verify('bundle.json');
    expect(verdictOf(ran)).toEqual({ valid: true, unproven: [], findings: [] });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });

  it('The evidence of a real reissue is consistent with the checkpoints that were kept apart', async () => {
    const all = (await readFile(checkpoints(), 'utf8')).trim().split('\n');
    const until = all.findIndex((line) => (JSON.parse(line) as { jws: string }).jws === bundle.checkpoint);
    await writeFile(
      file('kept.jsonl'),
      all
        .slice(0, until + 1)
        .slice(-50)
        .join('\n'),
    );
    expect(verdictOf(await verify('bundle.json', '--checkpoint', file('kept.jsonl')))).toEqual({
      valid: true,
      unproven: [],
      findings: [],
    });
    await writeFile(file('one.jws'), bundle.checkpoint!);
    expect(await verify('bundle.json', '--checkpoint', file('one.jws'))).toMatchObject({ code: 0 });
  });

  it('The evidence of a real reissue holds the whole history and earlier looks at it', async () => {
    const actions = new Set(bundle.entries.map(({ entry }) => entry?.action));
    for (const action of ['open', 'identity', 'giveConsents', 'signCertificate', 'issue', 'archiveHistory'])
      expect(actions).toContain(action);
    const again = await runTool('evidence', [customer.reissueId]);
    const { entries } = JSON.parse(again.stdout) as EvidenceBundle;
    expect(entries.map(({ entry }) => [entry?.actor, entry?.action])).toContainEqual([
      'operator:audrey',
      'exportEvidence',
    ]);
  });

  it('The evidence of a real reissue holds the workflow’s events and no personal data', () => {
    const history = JSON.stringify(bundle.history);
    expect(bundle.history!.length).toBe(events);
    const { name, mobile, email, rrn, account, certificatePassword } = customer.person;
    for (const word of [name, mobile, email, rrn, account.number, certificatePassword])
      expect(history.includes(word)).toBe(false);
  });

  it('Any change of the evidence of a real reissue is found', async () => {
    expect(await changed((copy) => (copy.entries[4]!.entry!.outcome = 'LOCKED'))).toEqual([
      'ENTRY_ALTERED',
      'SIGNATURE_INVALID',
    ]);
    expect(await changed((copy) => copy.entries.splice(4, 1))).toEqual([
      'ENTRY_MISSING',
      'SIGNATURE_INVALID',
    ]);
    expect(await changed((copy) => copy.entries.reverse())).toEqual([
      'ENTRY_ORDER',
      'REISSUE_ALTERED',
      'SIGNATURE_INVALID',
    ]);
    expect(await changed((copy) => (copy.consents[0]!.text += '.'))).toEqual([
      'CONSENT_ALTERED',
      'SIGNATURE_INVALID',
    ]);
    expect(await changed((copy) => copy.history!.pop())).toEqual(['HISTORY_ALTERED', 'SIGNATURE_INVALID']);
    expect(await changed((copy) => copy.certificate!.chain.shift())).toEqual(
      expect.arrayContaining(['CERTIFICATE_ALTERED', 'SIGNATURE_INVALID']),
    );
  });

  it('Truncated evidence is reported apart from altered evidence', async () => {
    await writeFile(file('torn.json'), JSON.stringify(bundle).slice(0, -9));
    const ran = await verify('torn.json');
    expect([ran.code, verdictOf(ran).findings.map(({ kind }) => kind)]).toEqual([1, ['UNREADABLE']]);
  });

  it('Evidence that PowerShell redirected to a file is valid', async () => {
    const text = await readFile(file('bundle.json'), 'utf8');
    await writeFile(file('utf16.json'), `\ufeff${text.replaceAll('\n', '\r\n')}\r\n`, 'utf16le');
    expect(await verify('utf16.json')).toMatchObject({ code: 0 });
  });
});

describe('the whole log of the real stack', () => {
  it('The whole log of the real stack is valid by the checkpoints of the database and by those kept apart', async () => {
    const ran = await runTool('verify', ['--log']);
    expect(verdictOf(ran).findings).toEqual([]);
    expect(ran.code).toBe(0);
  });

  it('The whole log of the real stack is valid by the checkpoints in Kafka, without a file', async () => {
    const ran = await runTool('verify', ['--log', '--checkpoint', kafka]);
    expect(verdictOf(ran).findings).toEqual([]);
    expect(ran.code).toBe(0);
  });

  it('A topic without a checkpoint of this log is named', async () => {
    const trust = JSON.parse(await readFile(file('trust.json'), 'utf8')) as object;
    await writeFile(file('other.json'), JSON.stringify({ ...trust, origin: 'another-log' }));
    const ran = await runTool('verify', [
      ...[file('bundle.json'), '--trust', file('other.json')],
      ...['--checkpoint', kafka],
    ]);
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.stderr).toContain(`${kafka} has no checkpoint of this log.`);
  });
});

describe('the tools', () => {
  it.each<[string, 'evidence' | 'verify' | 'trust', string[], number, string]>([
    ['no reissue', 'evidence', [], 2, 'Name one reissue.'],
    [
      'what is no id',
      'evidence',
      ['reissue-1'],
      2,
      'reissue-1 is neither a reissue id nor a receipt number.',
    ],
    [
      'a reissue that never was',
      'evidence',
      [`ri_${'0'.repeat(32)}`],
      1,
      `There is no reissue ri_${'0'.repeat(32)}.`,
    ],
    ['no bundle', 'verify', [], 2, 'Name one bundle.'],
    ['no trust file', 'verify', ['bundle.json'], 2, 'Give a trust file'],
    [
      'a bundle that is not there',
      'verify',
      ['/nowhere', '--trust', '/nowhere'],
      2,
      '/nowhere cannot be read',
    ],
    ['an unknown option', 'trust', ['--all'], 2, 'Unknown option "--all"'],
  ])('The tools name the fault with %s and do nothing', async (_, tool, args, code, message) => {
    const ran = await runTool(tool, args);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain(message);
  });

  it('The tools print their usage', async () => {
    for (const tool of ['evidence', 'verify', 'trust'] as const)
      expect((await runTool(tool, ['--help'])).stdout).toContain(`Usage: npm run -s ${tool}`);
  });
});
