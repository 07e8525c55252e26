import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StaticPage } from './static-page.js';

let folder: string;
let page: StaticPage;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-page-'));
  page = new StaticPage({
    folder,
    name: { ko: '페이지가', en: 'page' },
    notFound: () => new Error('no such file'),
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

function build(): void {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<p>NONCE</p>');
  writeFileSync(join(folder, 'seal.svg'), '<svg/>');
  writeFileSync(join(folder, 'assets/app.js'), 'show()');
}
const headers = { 'content-security-policy': "default-src 'none'" };

describe('StaticPage', () => {
  it('The document is rendered, never cached and never framed', async () => {
    build();
    const response = page.document({ headers, render: (html) => html.replace('NONCE', 'abc') });
    expect(await response.text()).toBe('<p>abc</p>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...headers,
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'content-type': 'text/html; charset=utf-8',
    });
  });

  it('A header and a status of the document can be replaced', () => {
    build();
    const response = page.document({ headers: { 'x-frame-options': 'SAMEORIGIN' }, status: 404 });
    expect([response.status, response.headers.get('x-frame-options')]).toEqual([404, 'SAMEORIGIN']);
  });

  it('An asset is cached for a year, a file with a constant name is not', () => {
    build();
    expect(page.asset('app.js').headers.get('cache-control')).toContain('immutable');
    expect(page.file('seal.svg').headers.get('cache-control')).toBe('no-cache');
  });

  it('A file that does not exist is the error of the application', () => {
    build();
    expect(() => page.asset('../index.html')).toThrow('no such file');
  });

  it('A page that is not built answers 503 and names the command that builds it', async () => {
    const response = page.document({ headers });
    expect(response.status).toBe(503);
    expect(await response.text()).toBe(
      'The page is not built. Run: npm run build:web\n페이지가 빌드되지 않았습니다. npm run build:web\n',
    );
  });
});
