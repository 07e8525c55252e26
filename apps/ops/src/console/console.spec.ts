import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConsoleFiles } from './console-files.js';
import { pagePolicy } from './page-policy.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-console-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the files of the console', () => {
  const build = () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<p>console</p>');
    writeFileSync(join(folder, 'assets/app.js'), 'show()');
  };

  test('are served as they are and by gzip, each with its type', () => {
    build();
    const file = new ConsoleFiles(folder).get('assets/app.js')!;
    expect(file.content.toString()).toBe('show()');
    expect(gunzipSync(file.zipped).toString()).toBe('show()');
    expect(file.type).toBe('text/javascript; charset=utf-8');
  });

  test('are the only ones: no path leads out of the folder', () => {
    build();
    const files = new ConsoleFiles(join(folder, 'assets', '..'));
    for (const name of [
      '../secret',
      'assets/../../secret',
      '/etc/passwd',
      'assets/..%2f..%2fsecret',
      'constructor',
    ])
      expect(files.get(name)).toBeUndefined();
  });

  test('are found once they are built, without a restart', () => {
    const files = new ConsoleFiles(folder);
    expect(files.get('index.html')).toBeUndefined();
    build();
    expect(files.get('index.html')).toBeDefined();
  });
});

describe('the policy of the page', () => {
  const policy = pagePolicy({ nonce: 'bm9uY2U=', issuer: 'https://sso.bank.example', framed: false });

  test('runs no code but our own files, and none made from strings', () => {
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  test('talks to us and to the issuer only', () => {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self' https://sso.bank.example;");
  });

  test('lets nobody frame it, but the callback by our own pages', () => {
    expect(policy).toContain("frame-ancestors 'none'");
    expect(pagePolicy({ nonce: 'x', issuer: 'https://sso.bank.example', framed: true })).toContain(
      "frame-ancestors 'self'",
    );
  });
});
