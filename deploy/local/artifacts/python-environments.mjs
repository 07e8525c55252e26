import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runToLog } from '../lib/commands.mjs';
import { lastLines } from '../lib/files.mjs';
import { Refusal } from '../lib/errors.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { PythonSet, Settings } from '../types.js' */

const run = promisify(execFile);
const interpreter = 'bin/python';

/**
 * The folder of a set's virtual environment. Other versions have another folder.
 * @param {Pick<Settings, 'cache'>} settings
 * @param {PythonSet} set
 */
function environmentFolder({ cache }, { name, requirements }) {
  const hash = crypto.createHash('sha256').update(fs.readFileSync(requirements)).digest('hex');
  return path.join(cache, `${name}-${hash.slice(0, 16)}`);
}

/**
 * Path of the Python interpreter that can import the packages of a set.
 * @param {Pick<Settings, 'cache'>} settings
 * @param {PythonSet} set
 */
export const pythonOf = (settings, set) => path.join(environmentFolder(settings, set), interpreter);

/**
 * Installs a set from PyPI into its own virtual environment, unless it is installed. The digest of every package is fixed.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @param {PythonSet} set
 * @throws {Refusal} if Python is missing or too old, or a download fails
 */
export async function providePython(settings, report, set) {
  if (isInstalled(settings, set)) return;
  await requirePython(set);
  const folder = environmentFolder(settings, set);
  const draft = `${folder}.${process.pid}.tmp`;
  const log = path.join(settings.logs, `${set.name}-install.log`);
  const install = async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    try {
      await runToLog('python3', ['-m', 'venv', draft], { log, what: 'python3 -m venv' });
      const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--require-hashes'];
      const args = [...pip, '-r', fileURLToPath(set.requirements)];
      await runToLog(path.join(draft, interpreter), args, { log, what: 'pip install' });
      fs.renameSync(draft, folder); // callers use the interpreter's path, so the move does no harm
    } catch {
      fs.rmSync(draft, { recursive: true, force: true });
      throw new Refusal(
        `${set.name} could not be installed: python3 needs its venv module (Debian: python3-venv) and PyPI, or a mirror ` +
          `that PIP_INDEX_URL names. ${log} ends:\n${lastLines(log, 5)}`,
      );
    }
  };
  await report.step(`${set.name} installed`, install, `Installing ${set.name} from PyPI`);
}

/**
 * Whether a set is installed. The link must lead to an interpreter that exists, because Python may have been removed since.
 * @param {Pick<Settings, 'cache'>} settings
 * @param {PythonSet} set
 */
const isInstalled = (settings, set) => fs.existsSync(pythonOf(settings, set));

/**
 * @param {Pick<Settings, 'cache'>} settings
 * @param {PythonSet} set
 * @throws {Refusal} if the set must be installed and Python is missing or too old
 */
export async function requirePythonFor(settings, set) {
  if (!isInstalled(settings, set)) await requirePython(set);
}

/** @param {PythonSet} set */
async function requirePython({ name }) {
  let version = 'not found';
  try {
    version = (await run('python3', ['--version'])).stdout.trim();
    const [major, minor] = (/(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
    if (major > 3 || (major === 3 && minor >= 11)) return;
  } catch {
    // There is no python3.
  }
  throw new Refusal(`Python 3.11 is needed to run ${name} (python3: ${version}): install it.`);
}
