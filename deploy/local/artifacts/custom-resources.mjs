import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Settings } from '../types.js' */

const run = promisify(execFile);
const module = new URL('../custom-resources/', import.meta.url);
/**
 * The definitions of the custom resources that the chart and the examples of engines make, in the modules of those who
 * define them. Strimzi ships its own outside any registry of packages.
 * @type {Record<string, string[]>}
 */
const definitions = {
  'github.com/cloudnative-pg/cloudnative-pg': ['clusters', 'poolers', 'scheduledbackups'].map(
    (name) => `config/crd/bases/postgresql.cnpg.io_${name}.yaml`,
  ),
  'github.com/kedacore/keda/v2': ['config/crd/bases/keda.sh_scaledobjects.yaml'],
  'github.com/prometheus-operator/prometheus-operator': ['prometheusrules', 'servicemonitors'].map(
    (name) => `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`,
  ),
  'sigs.k8s.io/gateway-api': ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
};

/**
 * The folder with the definitions. Other versions have another folder.
 * @param {Pick<Settings, 'cache'>} settings
 */
export function customResources({ cache }) {
  const hash = crypto.createHash('sha256').update(fs.readFileSync(new URL('go.sum', module)));
  return path.join(cache, `custom-resources-${hash.digest('hex').slice(0, 16)}`);
}

/**
 * Gets the definitions from the Go modules, unless the cache has them.
 * @param {Settings} settings
 * @param {ProgressReport} report
 */
export async function provideCustomResources(settings, report) {
  const folder = customResources(settings);
  if (fs.existsSync(folder)) return;
  await report.step('Custom resources of Kubernetes downloaded', async () => {
    const draft = `${folder}.${process.pid}.tmp`;
    fs.mkdirSync(draft, { recursive: true });
    const env = { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=readonly' };
    const options = { cwd: fileURLToPath(module), env, maxBuffer: 2 ** 26 };
    for (const [name, files] of Object.entries(definitions)) {
      const { stdout } = await run('go', ['mod', 'download', '-json', name], options);
      const { Dir: source } = JSON.parse(stdout);
      for (const file of files)
        fs.copyFileSync(path.join(source, file), path.join(draft, path.basename(file)));
    }
    fs.renameSync(draft, folder);
  });
}
