import type { Measured } from '../measure.js';

const perSecond = (rate: number) => Math.round(rate).toLocaleString('en');

const duration = (microseconds: number) =>
  microseconds >= 1_000 ? `${(microseconds / 1_000).toFixed(2)} ms` : `${microseconds.toFixed(0)} µs`;

/** Cases in which several processes take part. */
const onServers = ['cycle-1', 'cycle-16', 'step-ca', 'cfssl'];

/**
 * One line for each case: median, spread and comparison. Steps on one core are compared by processor time with a raw
 * signature, the whole cycle by its rate with the other CAs. Processor time is that of the CA with its database; the
 * client of another CA does not count.
 */
export function table(measured: readonly Measured[]): string {
  const named = (name: string) => measured.find((one) => one.name === name);
  const raw = named('raw')?.cpuMicroseconds;
  const comparison = ({ name, median, cpuMicroseconds }: Measured): string => {
    if (cpuMicroseconds !== undefined && !onServers.includes(name))
      return raw && name !== 'raw' ? `${(cpuMicroseconds / raw).toFixed(2)} × raw` : '';
    const rivals = name.startsWith('cycle') ? [named('step-ca'), named('cfssl')] : [];
    return rivals
      .flatMap((rival) => (rival ? `${(median / rival.median).toFixed(2)} × ${rival.name}` : []))
      .join(', ');
  };
  const head = ['', 'a second', 'lowest – highest', 'CPU of one', 'total', 'compared'];
  const rows = measured.map((one) => [
    one.title,
    perSecond(one.median),
    `${perSecond(one.lowest)} – ${perSecond(one.highest)}`,
    one.cpuMicroseconds === undefined ? '' : duration(one.cpuMicroseconds),
    perSecond(one.operations),
    comparison(one),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}
