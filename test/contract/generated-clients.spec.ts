import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import openapiTS, { astToString } from 'openapi-typescript';

jest.setTimeout(300_000);

const document = 'libs/contracts/openapi.json';
const work = mkdtempSync(join(tmpdir(), 'reseal-generated-'));
afterAll(() => rmSync(work, { recursive: true }));

const operations = Object.values(
  (
    JSON.parse(readFileSync(document, 'utf8')) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    }
  ).paths,
).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));

describe('openapi-typescript', () => {
  it('The types that openapi-typescript makes of the API document compile, and describe a start', async () => {
    const types = astToString(await openapiTS(new URL(document, `file://${process.cwd()}/`)));
    writeFileSync(join(work, 'reseal.ts'), types);
    const use = (reason: string) => `
      import type { components, operations, webhooks } from './reseal.js';
      export const start: components['schemas']['StartRequest'] = {
        reason: '${reason}', applicant: { name: 'n', mobile: '010-0000-0001' }, keyThumbprint: 't', consents: [],
      };
      export const form: operations['downloadCertificate']['parameters']['query'] = { form: 'zip' };
      type Body = webhooks['reissue-event']['post']['requestBody']['content']['application/cloudevents+json'];
      export const step = (event: Body): string | undefined => event.data.parkedStep;`;
    writeFileSync(join(work, 'right.ts'), use('LOST'));
    writeFileSync(join(work, 'wrong.ts'), use('BORED'));
    const compiler = resolve('node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext'];
    const check = (file: string) =>
      spawnSync(process.execPath, [compiler, file, ...options], {
        cwd: work,
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      }).stdout;
    expect(check('right.ts')).toBe('');
    expect(check('wrong.ts')).toMatch(/"BORED"' is not assignable/);
  });
});

describe('openapi-python-client', () => {
  const python = process.env['RESEAL_OPENAPI_PYTHON'] ?? '';

  it('The client that openapi-python-client makes of the API document has all calls, and can be imported', () => {
    if (!python) throw new Error('RESEAL_OPENAPI_PYTHON is not set: run npm test -- --only contract');
    const folder = join(work, 'reseal_client');
    const command = ['generate', '--path', resolve(document), '--output-path', folder, '--meta', 'none'];
    // Warnings name what is left out of the client, and count as failures.
    const run = execFileSync(python, ['-m', 'openapi_python_client', ...command, '--fail-on-warning'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${resolve(python, '..')}:${process.env['PATH']}` },
    });
    expect(run).not.toMatch(/warning|error/i);
    const modules = execFileSync('find', [join(folder, 'api'), '-name', '*.py'], { encoding: 'utf8' });
    const missing = operations.filter((id) => {
      const name = id.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      return !modules.includes(`/${name}.py`);
    });
    expect(missing).toEqual([]);
    const program = `
import importlib, json, pathlib, sys
sys.path.insert(0, ${JSON.stringify(work)})
for file in pathlib.Path(${JSON.stringify(folder)}).rglob('*.py'):
    importlib.import_module('.'.join(file.relative_to(${JSON.stringify(work)}).with_suffix('').parts))
from reseal_client.models import DownloadCertificateForm, Reissue
from reseal_client.api.certificate import download_certificate
document = json.load(open(${JSON.stringify(resolve(document))}))
example = document['paths']['/v1/reissues/{id}']['get']['responses']['200']['content']['application/json']['example']
print(Reissue.from_dict(example).state, DownloadCertificateForm.ZIP, download_certificate._get_kwargs('ri', form=DownloadCertificateForm.ZIP)['params'])
`;
    expect(execFileSync(python, ['-c', program], { encoding: 'utf8' })).toBe(
      "IDENTITY_REQUIRED zip {'form': 'zip'}\n",
    );
  });

  it('A document with an answer that generators cannot read is found', () => {
    const broken = join(work, 'broken.json');
    const text = readFileSync(document, 'utf8').replaceAll(
      '"application/octet-stream"',
      '"application/x-unknown"',
    );
    writeFileSync(broken, text);
    const command = ['generate', '--path', broken, '--output-path', join(work, 'broken'), '--meta', 'none'];
    const run = spawnSync(python, ['-m', 'openapi_python_client', ...command, '--fail-on-warning'], {
      encoding: 'utf8',
    });
    expect([run.status, existsSync(python)]).toEqual([1, true]);
    expect(run.stdout + run.stderr).toMatch(/Unsupported content_type/);
  });
});
