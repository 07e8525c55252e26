import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a whole file or nothing, and has it on the disk before its name points to it. */
export function writeFileAtomically(path: string, content: string | Buffer, mode: number): void {
  const draft = `${path}.${process.pid}.new`;
  rmSync(draft, { force: true }); // of a process with our number that was killed
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
