import { beforeAll, describe, expect, it } from '@jest/globals';
import { sampleEvidence, type Sample } from '../testing/sample-evidence.js';
import {
  InvalidCheckpointFile,
  readCheckpointFile,
  readTrustFile,
  InvalidTrustFile,
  verifyEvidenceFile,
} from './files.js';

let sample: Sample;
let json: string;
beforeAll(async () => {
  sample = await sampleEvidence();
  json = JSON.stringify(sample.bundle, null, 1);
});

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16le = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));
const utf16be = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le').swap16());

/** The same text in each encoding that editors and shells use. */
const saved: readonly (readonly [string, (text: string) => Uint8Array])[] = [
  ['as it was written', utf8],
  ['with a byte order mark', (text) => utf8(`\ufeff${text}`)],
  ['in UTF-16 by the redirection of PowerShell', (text) => utf16le(`\ufeff${text}\r\n`)],
  ['in UTF-16 of the other byte order', (text) => utf16be(`\ufeff${text}`)],
  ['in UTF-16 without a byte order mark', utf16le],
  ['with lines that end by CRLF', (text) => utf8(text.replaceAll('\n', '\r\n'))],
  ['with empty lines at the end', (text) => utf8(`${text}\n\n`)],
];

const found = async (file: Uint8Array) => {
  const { verdict } = await verifyEvidenceFile(file, sample.trust);
  return verdict.findings.map(({ kind }) => kind);
};

describe('a file of evidence', () => {
  it.each(saved)('A file of evidence is valid: %s', async (_, save) => {
    expect(await verifyEvidenceFile(save(json), sample.trust)).toEqual({
      verdict: { valid: true, unproven: [], findings: [] },
      entries: 4,
    });
  });

  it.each<[string, (json: string) => Uint8Array]>([
    ['nothing', () => utf8('')],
    ['cut off', (text) => utf8(text.slice(0, -100))],
    ['a picture', () => Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
    ['a page that says where to sign in', () => utf8('<!doctype html>')],
    ['bytes that are not UTF-8', (text) => Uint8Array.of(...utf8(text.slice(0, 40)), 0xff)],
  ])('that cannot be read is not one that was tampered with: %s', async (_, save) => {
    expect(await found(save(json))).toEqual(['UNREADABLE']);
  });

  it.each<[string, (json: string) => string]>([
    [
      'what it says of the reissue, twice',
      (text) => text.replace('"reissue": {', '"reissue": {"state": "ABANDONED"},\n "reissue": {'),
    ],
    [
      'a member __proto__ in what an entry tells',
      (text) => text.replace('"details": {', '"details": {"__proto__": {"serial": "0b"}, '),
    ],
    ['a number that is infinite', (text) => text.replace('"details": {', '"details": {"n": 1e999, ')],
    ['half a character', (text) => text.replace('"details": {', '"details": {"n": "\\ud800", ')],
    [
      'a history 20,000 levels deep',
      (text) => text.replace('"history": [', `"history": [${'['.repeat(20_000)}${']'.repeat(20_000)}, `),
    ],
  ])('that two readers could read differently is refused: %s', async (_, change) => {
    const changed = change(json);
    expect(changed).not.toBe(json);
    expect(() => JSON.parse(changed) as unknown).not.toThrow();
    expect(await found(utf8(changed))).toEqual(['FORMAT_INVALID']);
  });
});

describe('a trust file', () => {
  it.each(saved)('A trust file is read: %s', (_, save) => {
    expect(readTrustFile(save(JSON.stringify(sample.trust, null, 2)))).toEqual(sample.trust);
  });

  it('A trust file that is malformed or cannot be read is unusable', () => {
    expect(() => readTrustFile(utf8('{}'))).toThrow(InvalidTrustFile);
    expect(() => readTrustFile(utf8('{"format":'))).toThrow(
      'the trust file cannot be read: the text ends too early',
    );
    expect(() => readTrustFile(utf8('{"format":"reseal-trust/1","format":"x"}'))).toThrow(InvalidTrustFile);
  });
});

describe('a file of checkpoints', () => {
  it.each(saved)('A file of checkpoints is read: %s', async (_, save) => {
    const [early, late] = [
      await sample.log.checkpoint(sample.key, 3),
      await sample.log.checkpoint(sample.key),
    ];
    const lines = [early, late].map((jws, size) => JSON.stringify({ size, jws })).join('\n');
    expect(readCheckpointFile(save(lines))).toEqual([early, late]);
    expect(readCheckpointFile(save(early))).toEqual([early]);
    expect(readCheckpointFile(save(JSON.stringify({ size: 3, jws: early }, null, 2)))).toEqual([early]);
    expect(readCheckpointFile(save(`${lines}\n{"size": 9`))).toEqual([early, late]);
  });

  it('A file without checkpoints is unusable', () => {
    for (const text of ['', '{}', 'not.a', '[1e999]'])
      expect(() => readCheckpointFile(utf8(text))).toThrow(InvalidCheckpointFile);
    expect(() => readCheckpointFile(Uint8Array.of(0xff))).toThrow(InvalidCheckpointFile);
  });
});
