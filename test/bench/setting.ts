import { cpus, loadavg, totalmem } from 'node:os';

/** Machine and versions of a measurement, which its results depend on. */
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

/** The load of the machine before a measurement and now. */
export const loadSince = ({ load }: { readonly load: number }): string =>
  `load ${load.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after`;
