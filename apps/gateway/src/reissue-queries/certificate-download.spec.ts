import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import { authorityFiles, createCertificateAuthority, parsePemBundle } from '#libs/ca';
import type { ReissueRow } from '#libs/db/reissues';
import { readCertificates } from '#libs/npki';
import { CertificateDownload } from './certificate-download.js';
import type { CertificateFormName } from './certificate-forms.js';
import type { CurrentReissue } from './reissue-reader.js';

const reissueId = `ri_${'a'.repeat(32)}`;
const now = new Date('2026-11-23T01:00:00Z');
let chain: Buffer[];
let der: Buffer;

beforeAll(async () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'gateway-ca-')), 'ca');
  await createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    directory,
    organisation: 'test',
    passphrase: 'test passphrase',
    now,
  });
  chain = parsePemBundle(readFileSync(authorityFiles(directory).chain, 'utf8'));
  der = chain[0]!; // any certificate will do
});

const download = (
  row: Partial<ReissueRow>,
  accept?: string,
  stored: { der: Buffer } | null = { der },
  [issuing, root]: readonly Buffer[] = chain,
  form?: CertificateFormName,
) => {
  const marked: Date[] = [];
  const current = {
    row: { reissue_id: reissueId, downloaded_at: null, ...row },
    reissue: { id: reissueId },
  } as unknown as CurrentReissue;
  const service = new CertificateDownload(
    {
      downloadableCertificateOf: () =>
        Promise.resolve(
          stored ? { serial: '0a1b', ...stored, issuing: issuing ?? null, root: root ?? null } : undefined,
        ),
      markDownloaded: (_id, at) => Promise.resolve(marked.push(at) > 0),
    },
    { read: () => current },
    () => now,
  );
  return service.download(undefined, accept, form).then(
    (answer) => ({ answer, marked }),
    (error: { type: string; status: number }) => ({ problem: [error.status, error.type], marked }),
  );
};

describe('download of the certificate', () => {
  it('A download is a PEM chain by default, the leaf first', async () => {
    const { answer, marked } = (await download({ state: 'ISSUED' })) as { answer: Response; marked: Date[] };
    expect(answer.headers.get('content-type')).toBe('application/x-pem-file');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="certificate-0a1b.pem"');
    expect(parsePemBundle(await answer.text())).toEqual([der, ...chain]);
    expect(marked).toEqual([now]);
  });

  it('A download as application/pkix-cert is the certificate in DER', async () => {
    const { answer } = (await download({ state: 'REGISTERED' }, 'application/pkix-cert')) as {
      answer: Response;
    };
    expect(answer.headers.get('content-disposition')).toContain('.cer"');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(der);
  });

  it('A download is 503 and not recorded while its CA is not in the database', async () => {
    expect(await download({ state: 'ISSUED' }, undefined, { der }, [])).toEqual({
      problem: [503, 'unavailable'],
      marked: [],
    });
  });

  it('A download as application/pkcs7-mime has the chain', async () => {
    const { answer } = (await download({ state: 'ISSUED' }, 'application/pkcs7-mime')) as {
      answer: Response;
    };
    expect(answer.headers.get('content-type')).toBe('application/pkcs7-mime');
    expect(answer.headers.get('content-disposition')).toContain('.p7b"');
    const certificates = readCertificates(new Uint8Array(await answer.arrayBuffer()));
    expect(certificates.map((certificate) => Buffer.from(certificate))).toEqual([der, ...chain]);
  });

  it('A download as application/zip is the NPKI folder without a key, with the same bytes each time', async () => {
    const zip = async () => {
      const { answer } = (await download({ state: 'ISSUED' }, 'application/zip')) as { answer: Response };
      expect(answer.headers.get('content-type')).toBe('application/zip');
      return new Uint8Array(await answer.arrayBuffer());
    };
    const first = await zip();
    const files = unzipSync(first);
    const [folder] = Object.keys(files).filter((path) => path.endsWith('/signCert.der'));
    expect(folder).toMatch(/^NPKI\/test\/USER\/cn=.*,o=test,c=kr\/signCert.der$/i);
    expect(Buffer.from(files[folder!]!)).toEqual(der);
    expect(Object.keys(files).filter((path) => /^NPKI\/test\/[^/]+\.der$/.test(path))).toHaveLength(2);
    expect(Object.keys(files)).toHaveLength(3);
    expect(await zip()).toEqual(first);
  });

  it.each([
    ['pem', 'application/x-pem-file'],
    ['der', 'application/pkix-cert'],
    ['pkcs7', 'application/pkcs7-mime'],
    ['zip', 'application/zip'],
  ] as const)('A download of the form %s is %s, whatever is accepted', async (form, type) => {
    for (const accept of [undefined, '*/*', 'application/octet-stream', 'application/json']) {
      const { answer } = (await download({ state: 'ISSUED' }, accept, undefined, undefined, form)) as {
        answer: Response;
      };
      expect(answer.headers.get('content-type')).toBe(type);
    }
  });

  it('A download for a client that accepts only octets is a PEM chain', async () => {
    const { answer } = (await download({ state: 'ISSUED' }, 'application/octet-stream')) as {
      answer: Response;
    };
    expect(answer.headers.get('content-type')).toBe('application/x-pem-file');
    expect(parsePemBundle(await answer.text())).toEqual([der, ...chain]);
  });

  it('Only the first download is recorded', async () => {
    const { marked } = await download({ state: 'ISSUED', downloaded_at: now });
    expect(marked).toEqual([]);
  });

  it.each([
    ['in another form', { state: 'ISSUED' }, 'application/json', undefined, [406, 'not-acceptable']],
    ['before it was issued', { state: 'KEY_REQUIRED' }, undefined, undefined, [409, 'not-issued']],
    ['while it is being issued', { state: 'ISSUING' }, undefined, undefined, [409, 'not-issued']],
    [
      'of a reissue that ended without one',
      { state: 'TIMED_OUT' },
      undefined,
      undefined,
      [409, 'not-issued'],
    ],
    ['after it was withdrawn', { state: 'WITHDRAWN' }, undefined, undefined, [410, 'certificate-withdrawn']],
    ['after it was revoked', { state: 'REGISTERED' }, undefined, null, [410, 'certificate-withdrawn']],
  ] as const)('A download is refused and not recorded %s', async (_, row, accept, stored, problem) => {
    expect(await download(row, accept, stored)).toEqual({ problem, marked: [] });
  });
});
