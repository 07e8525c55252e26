import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EvidenceVerdict } from '#libs/audit-proofs';
import { sampleEvidence } from '../../libs/audit-proofs/src/testing/sample-evidence.js';
import { runVerify } from '../../apps/cli/src/verify/verify.js';

let folder: string;
let json: string;
const file = (name: string) => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'reseal-verify-'));
  const { bundle, trust, log, key } = await sampleEvidence();
  json = JSON.stringify(bundle, null, 1);
  await writeFile(file('trust.json'), `\ufeff${JSON.stringify(trust, null, 2)}`, 'utf16le');
  const kept = await log.checkpoint(key, 3);
  await writeFile(file('kept.jsonl'), `\ufeff${JSON.stringify({ size: 3, jws: kept })}\r\n`);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command on a bundle with these bytes. */
async function verify(bundle: string | Uint8Array): Promise<{ code: number; verdict: EvidenceVerdict }> {
  await writeFile(file('bundle.json'), bundle);
  const printed: string[] = [];
  const terminal = {
    env: {},
    clock: () => new Date(),
    print: (line: string) => printed.push(line),
    complain: (line: string) => printed.push(line),
  };
  const args = [file('bundle.json'), '--trust', file('trust.json'), '--checkpoint', file('kept.jsonl')];
  const code = await runVerify(args, terminal);
  return { code, verdict: JSON.parse(printed.join('\n')) as EvidenceVerdict };
}

describe('verifying a bundle on the command line', () => {
  it.each<[string, (text: string) => string | Uint8Array]>([
    ['as it was made', (text) => text],
    ['with a byte order mark and CRLF', (text) => `\ufeff${text.replaceAll('\n', '\r\n')}\r\n`],
    ['by PowerShell, in UTF-16', (text) => Buffer.from(`\ufeff${text}\r\n`, 'utf16le')],
  ])('exits with 0 for one that was saved %s', async (_, save) => {
    expect(await verify(save(json))).toEqual({
      code: 0,
      verdict: { valid: true, unproven: [], findings: [] },
    });
  });

  it.each<[string, (text: string) => string, string]>([
    ['no JSON', (text) => text.slice(0, -10), 'UNREADABLE'],
    ['two members of one name', (text) => text.replace('{', '{"reissue": {}, '), 'FORMAT_INVALID'],
    [
      'a member __proto__',
      (text) => text.replace('"details": {', '"details": {"__proto__": {}, '),
      'FORMAT_INVALID',
    ],
    [
      'an infinite number',
      (text) => text.replace('"details": {', '"details": {"n": 1e999, '),
      'FORMAT_INVALID',
    ],
    [
      'half a character',
      (text) => text.replace('"details": {', '"details": {"n": "\\ud800", '),
      'FORMAT_INVALID',
    ],
    [
      '20,000 levels',
      (text) => text.replace('[', `[${'['.repeat(20_000)}${']'.repeat(20_000)}, `),
      'FORMAT_INVALID',
    ],
  ])('exits with 1 and one finding for %s', async (_, change, kind) => {
    expect(await verify(change(json))).toMatchObject({ code: 1, verdict: { findings: [{ kind }] } });
  });
});
