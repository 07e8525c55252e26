import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Replaces a file atomically: its content is on the disk before the file gets its name. */
export function replaceFile(path: string, content: string | Buffer, mode: number): void {
  const draft = `${path}.${process.pid}.new`;
  rmSync(draft, { force: true }); // left by a killed process with the same id
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
