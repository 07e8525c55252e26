import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToLog } from '../lib/commands.mjs';
import { goModule, requireGo } from './toolchains.mjs';

/** Binary → package. `go build tool` would not do: two of the packages are called "server". */
const BINARIES = {
  'temporal-server': 'go.temporal.io/server/cmd/server',
  'temporal-sql-tool': 'go.temporal.io/server/cmd/tools/sql',
  'temporal-ui-server': 'github.com/temporalio/ui-server/v2/cmd/server',
};

/** As Temporal's own Makefile builds: without the gRPC variant of Google's storage client, which nothing here uses. */
const FLAGS = ['-tags', 'disable_grpc_modules', '-ldflags=-s -w'];

/** Where the binaries of the pinned modules are, or will be: another pin, another folder. */
export function temporalBinaries({ cache }) {
  const hash = crypto.createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(fs.readFileSync(new URL(file, goModule)));
  return path.join(cache, `temporal-${hash.digest('hex').slice(0, 16)}`);
}

/** Builds Temporal's server, schema tool and web UI from the pinned Go modules, unless that was done before. */
export async function provideTemporalBinaries(settings, report) {
  const folder = temporalBinaries(settings);
  const missing = Object.entries(BINARIES).filter(([name]) => !fs.existsSync(path.join(folder, name)));
  if (missing.length === 0) return;
  await requireGo();
  fs.mkdirSync(folder, { recursive: true });
  const cwd = fileURLToPath(goModule);
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOWORK: 'off',
    GOFLAGS: '-mod=readonly -buildvcs=false -trimpath',
  };
  const log = path.join(settings.logs, 'temporal-build.log');
  const build = async () => {
    for (const [name, from] of missing) {
      const draft = path.join(folder, `${name}.tmp`);
      await runToLog('go', ['build', ...FLAGS, '-o', draft, from], {
        what: `Building ${name}`,
        cwd,
        env,
        log,
      });
      fs.renameSync(draft, path.join(folder, name));
    }
  };
  await report.step('Temporal built', build, 'Building Temporal with Go: about five minutes, this once');
}
