import { cpus, loadavg, totalmem } from 'node:os';

/** On what the figures were found: without it they say nothing. */
export function setting() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    openssl: process.versions.openssl,
    load: loadavg()[0]!,
    at: new Date().toISOString(),
  };
}
