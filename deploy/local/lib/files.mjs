import fs from 'node:fs';
import path from 'node:path';

/** Writes a whole file or nothing: readers never see half of it, and its mode holds from the first byte. */
export function writeFileAtomically(file, content, { mode = 0o644, ...owner } = {}) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(draft, content, { mode });
  fs.chmodSync(draft, mode);
  if (owner.uid !== undefined) fs.chownSync(draft, owner.uid, owner.gid);
  fs.renameSync(draft, file);
}

export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined; // missing, or cut off by a crash: the same to every caller
  }
}

/** The last lines of a log, for an error message. */
export function lastLines(file, count = 15) {
  try {
    return fs.readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
