import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToLog } from '../lib/commands.mjs';
import { requireGo } from './toolchains.mjs';

/**
 * Programs built from Go modules that a go.mod of ours pins.
 * @typedef {object} GoSet
 * @property {string} name of the folder in the cache, and of the log
 * @property {string} title what people call it
 * @property {URL} module folder of the go.mod; its `go` line says which Go is needed
 * @property {Record<string, string>} binaries binary → package. `go build tool` would not do: packages of different
 *   modules are called the same.
 * @property {string[]} [flags] for `go build`
 * @property {string} duration how long it takes where nothing is cached, in words
 * @property {string} [alternative] what to do where there is no Go
 */

/** Where the binaries of the pinned modules are, or will be: another pin, another folder. */
export function goBinaries({ cache }, { name, module }) {
  const hash = crypto.createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(fs.readFileSync(new URL(file, module)));
  return path.join(cache, `${name}-${hash.digest('hex').slice(0, 16)}`);
}

/**
 * Builds what the cache lacks of a set.
 * @param {GoSet} set
 */
export async function provideGoBinaries(settings, report, set) {
  const { name, title, binaries, flags = [], duration } = set;
  const folder = goBinaries(settings, set);
  const missing = Object.entries(binaries).filter(([binary]) => !fs.existsSync(path.join(folder, binary)));
  if (missing.length === 0) return;
  await requireGo(set);
  fs.mkdirSync(folder, { recursive: true });
  const cwd = fileURLToPath(set.module);
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOWORK: 'off',
    GOFLAGS: '-mod=readonly -buildvcs=false -trimpath',
  };
  const log = path.join(settings.logs, `${name}-build.log`);
  const build = async () => {
    for (const [binary, from] of missing) {
      const draft = path.join(folder, `${binary}.tmp`);
      const args = ['build', ...flags, '-ldflags=-s -w', '-o', draft, from];
      await runToLog('go', args, { what: `Building ${binary}`, cwd, env, log });
      fs.renameSync(draft, path.join(folder, binary));
    }
  };
  await report.step(`${title} built`, build, `Building ${title} with Go: ${duration}, this once`);
}
