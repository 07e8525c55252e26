import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;

/**
 * The folder of the nearest package.json above this file. SQL, Markdown and other assets are read from there, so that
 * code finds them whether it runs from its sources or from dist.
 */
export function projectRoot(): string {
  return (root ??= nearestPackage(import.meta.dirname));
}

function nearestPackage(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${start}`);
  }
}
