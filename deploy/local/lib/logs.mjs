import fs from 'node:fs';
import path from 'node:path';

const largestLogBytes = 20 * 1024 * 1024;
const rotationIntervalMs = 60_000;

/**
 * Keeps each log below a size: copies a log that is too long to `<name>.log.1` and empties it. The processes have their
 * logs open in append mode, so they continue at the new start.
 * @param {string} folder
 */
export function rotateLogs(folder) {
  for (const name of fs.readdirSync(folder).filter((entry) => entry.endsWith('.log'))) {
    const file = path.join(folder, name);
    if (fs.statSync(file).size < largestLogBytes) continue;
    fs.copyFileSync(file, `${file}.1`);
    fs.truncateSync(file);
  }
}

/**
 * Rotates logs while the stack is up.
 * @param {string} folder
 * @returns {() => void} stops it
 */
export function keepLogsSmall(folder) {
  const timer = setInterval(() => rotateLogs(folder), rotationIntervalMs);
  return () => clearInterval(timer);
}

/**
 * Prints new lines of the logs as JSON, each with the component that wrote it.
 * @param {string} folder
 * @param {NodeJS.WriteStream} out
 * @returns {() => void} stops it
 */
export function followLogs(folder, out = process.stdout) {
  const seen = new Map(
    fs.readdirSync(folder).map((name) => [name, fs.statSync(path.join(folder, name)).size]),
  );
  /** @type {Map<string, string>} The last line of each log, while it is incomplete. */
  const rest = new Map();
  const poll = () => {
    for (const name of fs.readdirSync(folder).filter((entry) => entry.endsWith('.log'))) {
      const { size } = fs.statSync(path.join(folder, name));
      const from = Math.min(seen.get(name) ?? 0, size);
      seen.set(name, size);
      if (size === from) continue;
      const lines = ((rest.get(name) ?? '') + readRange(path.join(folder, name), from, size)).split('\n');
      rest.set(name, lines.pop() ?? '');
      for (const line of lines) if (line) out.write(`${structured(path.basename(name, '.log'), line)}\n`);
    }
  };
  const timer = setInterval(poll, 250);
  return () => {
    clearInterval(timer);
    poll();
  };
}

/**
 * @param {string} file
 * @param {number} from
 * @param {number} to
 */
function readRange(file, from, to) {
  const buffer = Buffer.alloc(to - from);
  const handle = fs.openSync(file, 'r');
  try {
    return buffer.toString('utf8', 0, fs.readSync(handle, buffer, 0, buffer.length, from));
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * A line of a log as a JSON object.
 * @param {string} component
 * @param {string} line
 */
function structured(component, line) {
  try {
    return JSON.stringify({ component, ...JSON.parse(line) });
  } catch {
    return JSON.stringify({ component, msg: line });
  }
}
