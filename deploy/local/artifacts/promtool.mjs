import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { Refusal } from '../lib/errors.mjs';
import { aptGet, isCommand } from './debian-packages.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Settings } from '../types.js' */

/** Debian's package has it beside the server, which would start if the package were installed. */
const packageName = 'prometheus';

/**
 * Prometheus's promtool: the one of RESEAL_PROMTOOL, or the one that {@link providePromtool} unpacked.
 * @param {Pick<Settings, 'cache'>} settings
 */
export const promtoolPath = ({ cache }) =>
  process.env.RESEAL_PROMTOOL || path.join(cache, packageName, 'usr/bin/promtool');

/**
 * Downloads Debian's package and unpacks it into the cache. Building promtool takes minutes.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @throws {Refusal} with a remedy, without apt
 */
export async function providePromtool(settings, report) {
  if (fs.existsSync(promtoolPath(settings))) return;
  if (process.env.RESEAL_PROMTOOL || !isCommand('apt-get'))
    throw new Refusal(
      'The tests need promtool of Prometheus 2.42 or later: set RESEAL_PROMTOOL to its path.',
    );
  const { cache, logs } = settings;
  const folder = path.join(cache, packageName);
  const draft = `${folder}.tmp`;
  await report.step('promtool downloaded', async () => {
    fs.rmSync(draft, { recursive: true, force: true });
    fs.mkdirSync(draft, { recursive: true });
    await aptGet(settings, ['download', packageName], [packageName], draft);
    const [archive = ''] = fs.readdirSync(draft);
    await runToLog('dpkg-deb', ['-x', archive, '.'], {
      what: 'dpkg-deb',
      cwd: draft,
      log: path.join(logs, 'promtool.log'),
    });
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(draft, folder);
  });
}
