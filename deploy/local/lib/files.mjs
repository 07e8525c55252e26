import fs from 'node:fs';
import path from 'node:path';

/**
 * Writes a file by a rename: readers see the old content or the new, and its mode holds from the first byte.
 * @param {string} file
 * @param {string} content
 * @param {{mode?: number, uid?: number, gid?: number}} [options]
 */
export function writeFileAtomically(file, content, { mode = 0o644, uid, gid } = {}) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(draft, content, { mode });
  fs.chmodSync(draft, mode);
  if (uid !== undefined && gid !== undefined) fs.chownSync(draft, uid, gid);
  fs.renameSync(draft, file);
}

/**
 * The parsed content of a JSON file; undefined if the file is missing or a crash cut it off.
 * @param {string} file
 * @returns {any}
 */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The last lines of a log, for an error message.
 * @param {string} file
 */
export function lastLines(file, count = 15) {
  try {
    return fs.readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
