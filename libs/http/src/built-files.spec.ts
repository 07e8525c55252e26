import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BuiltFiles } from './built-files.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reseal-page-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('BuiltFiles', () => {
  const build = () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<p>page</p>');
    writeFileSync(join(folder, 'assets/app.js'), 'show()');
  };

  test('A built file has its content, plain and compressed, and its media type', () => {
    build();
    const file = new BuiltFiles(folder).get('assets/app.js')!;
    expect(file.content.toString()).toBe('show()');
    expect(gunzipSync(file.gzipped).toString()).toBe('show()');
    expect(file.type).toBe('text/javascript; charset=utf-8');
  });

  test('No path leads out of the folder of built files', () => {
    build();
    const files = new BuiltFiles(join(folder, 'assets', '..'));
    for (const name of [
      '../secret',
      'assets/../../secret',
      '/etc/passwd',
      'assets/..%2f..%2fsecret',
      'constructor',
    ])
      expect(files.get(name)).toBeUndefined();
  });

  test('Files that are built later are found without a restart', () => {
    const files = new BuiltFiles(folder);
    expect(files.get('index.html')).toBeUndefined();
    build();
    expect(files.get('index.html')).toBeDefined();
  });
});
