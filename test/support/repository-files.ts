import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders that hold no source: packages, builds, state. */
const skipped = /^(node_modules|dist.*|coverage|\.git|\.reseal.*|\.state)$/;

/** Paths of the repository's files, relative to its root, whose names end in one of `endings`. */
export function repositoryFiles(endings: readonly string[], folder = '.'): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !skipped.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return repositoryFiles(endings, path);
      return entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)) ? [path] : [];
    });
}
