import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import { termsDigest, publicReceiptKeys, ReceiptSigner } from '#libs/terms';
import { runTerms } from './terms.js';

const published = join(projectRoot(), 'libs/terms');
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'reseal-terms-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(args: string[], input = '') {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runTerms(args, {
    input: () => Promise.resolve(Buffer.from(input)),
    print: (line) => void printed.push(line),
    complain: (line) => void complaints.push(line),
    clock: () => new Date(),
  });
  return { code, printed: printed.join('\n'), complaints: complaints.join('\n') };
}

/** A copy of the published terms, which a test changes. */
function copy(name: string) {
  const documents = join(folder, name);
  cpSync(join(published, 'documents'), documents, { recursive: true });
  return documents;
}

describe('npm run terms -- check', () => {
  it('terms check accepts the published terms', async () => {
    const { code, printed } = await run(['check']);
    expect(code).toBe(0);
    expect(printed).toContain('certificate-service/2026-01.ko');
  });

  it('terms check refuses a published text of which one byte was changed', async () => {
    const documents = copy('changed');
    const file = join(documents, 'certificate-service/2026-01.ko.md');
    writeFileSync(file, readFileSync(file, 'utf8').replace('재발급', '재 발급'));
    const { code, complaints } = await run(['check', '--documents', documents]);
    expect(code).toBe(1);
    expect(complaints).toMatch(/^certificate-service\/2026-01\.ko was changed .* add a new version$/);
  });

  it('terms check refuses the removal of published texts', async () => {
    const documents = copy('gone');
    rmSync(join(documents, 'marketing-notices'), { recursive: true });
    const { code, complaints } = await run(['check', '--documents', documents]);
    expect(code).toBe(1);
    expect(complaints.split('\n')).toHaveLength(2);
    expect(complaints).toContain('marketing-notices/2026-01.en was published and is missing');
  });

  it('terms check refuses a new version until it is recorded, and prints the line to record', async () => {
    const documents = copy('new');
    for (const locale of ['ko', 'en']) {
      const old = readFileSync(join(documents, `expiry-guidance/2026-01.${locale}.md`), 'utf8');
      const text = old
        .replace('version: 2026-01', 'version: 2026-99')
        .replace(/version: .2026-01.$/m, "version: '2026-99'");
      const file = join(documents, `expiry-guidance/2026-99.${locale}.md`);
      writeFileSync(file, text.replace(/validFrom: .*/, 'validFrom: 2026-12-31'));
      appendFileSync(file, 'One more clause.\n');
    }
    const { code, complaints } = await run(['check', '--documents', documents]);
    expect(code).toBe(1);
    expect(complaints).toMatch(/expiry-guidance\/2026-99\.ko is not recorded: add ".*": "[0-9a-f]{64}"/);

    const digests = JSON.parse(readFileSync(join(published, 'digests.json'), 'utf8')) as object;
    const more = Object.fromEntries(
      [...complaints.matchAll(/add "(.*?)": "(.*?)"/g)].map(([, k, v]) => [k, v]),
    );
    const recorded = join(folder, 'digests.json');
    writeFileSync(recorded, JSON.stringify({ ...digests, ...more }));
    expect(await run(['check', '--documents', documents, '--digests', recorded])).toMatchObject({ code: 0 });
  });

  it('terms check with --against refuses a record that was changed together with its text', async () => {
    const repository = join(folder, 'repository');
    mkdirSync(repository);
    const record = join(repository, 'digests.json');
    cpSync(join(published, 'digests.json'), record);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: repository });
    git('init', '--quiet');
    git(
      '-c',
      'user.name=spec',
      '-c',
      'user.email=spec@example.com',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      '0',
    );
    git('add', '.');
    git('-c', 'user.name=spec', '-c', 'user.email=spec@example.com', 'commit', '-q', '-m', '1');
    const check = (documents: string, commit: string) =>
      run(['check', '--documents', documents, '--digests', record, '--against', commit]);
    expect(await check(join(published, 'documents'), 'HEAD')).toMatchObject({ code: 0 });

    const name = 'certificate-service/2026-01.ko';
    const documents = copy('rewritten');
    appendFileSync(join(documents, `${name}.md`), 'One more clause.\n');
    const text = readFileSync(join(documents, `${name}.md`), 'utf8')
      .split('---\n')
      .slice(2)
      .join('---\n');
    const digests = JSON.parse(readFileSync(record, 'utf8')) as Record<string, string>;
    writeFileSync(record, JSON.stringify({ ...digests, [name]: termsDigest(text) }));
    expect(await run(['check', '--documents', documents, '--digests', record])).toMatchObject({ code: 0 });
    expect(await check(documents, 'HEAD')).toMatchObject({
      code: 1,
      complaints: `${name} was recorded as ${digests[name]}: bring that line of digests.json back`,
    });
    expect(await check(documents, 'HEAD~1')).toMatchObject({ code: 0 }); // this commit has no record yet
    expect(await check(documents, 'none')).toMatchObject({ code: 1, complaints: 'there is no commit none' });
  });

  it('terms check reports a document that cannot be read in one line', async () => {
    const documents = copy('broken');
    writeFileSync(join(documents, 'certificate-service/2026-01.ko.md'), 'no front matter\n');
    const { code, complaints } = await run(['check', '--documents', documents]);
    expect(code).toBe(1);
    expect(complaints.split('\n')).toHaveLength(1);
    expect(complaints).toContain('certificate-service/2026-01.ko.md');
  });
});

describe('npm run terms -- verify', () => {
  const jwk = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid: 'one' };
  const consents = [
    {
      ...{ termsId: 'marketing-notices', version: '2026-01', digest: '0'.repeat(64), locale: 'ko' },
      ...{ agreed: true, act: 'GIVEN' as const },
    },
  ];
  let receipt: string;
  let keys: string;
  beforeAll(async () => {
    const signer = await ReceiptSigner.create('urn:bank', { keys: [jwk] });
    receipt = await signer.sign({ sub: 'ri_1', jti: 'cr_1', iat: 1, consents });
    keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify(publicReceiptKeys({ keys: [jwk] })));
  });

  it('terms verify prints the consents that a receipt confirms, from a file or standard input', async () => {
    const file = join(folder, 'receipt');
    writeFileSync(file, `${receipt}\n`);
    for (const { code, printed } of [
      await run(['verify', file, '--keys', keys]),
      await run(['verify', '-', '--keys', keys], receipt),
    ]) {
      expect(code).toBe(0);
      expect(JSON.parse(printed)).toEqual({ iss: 'urn:bank', sub: 'ri_1', jti: 'cr_1', iat: 1, consents });
    }
  });

  it('terms verify refuses a receipt that was changed', async () => {
    const { code, complaints } = await run(['verify', '-', '--keys', keys], `${receipt.slice(0, -4)}AAAA`);
    expect(code).toBe(1);
    expect(complaints).toContain('not confirmed');
  });

  it.each([[[]], [['verify']], [['verify', 'x']], [['verify', 'x', '--quays', 'y']], [['lookup']]])(
    'The terms tool refuses the arguments %j',
    async (args) => {
      expect((await run(args)).code).toBe(2);
    },
  );

  it('terms verify names the file that is missing', async () => {
    expect(await run(['verify', '/nowhere', '--keys', keys])).toMatchObject({ code: 1 });
    expect((await run(['verify', '-', '--keys', '/nowhere'])).complaints).toContain('/nowhere');
  });
});
