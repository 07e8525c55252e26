import { StackControl } from '../../support/stack-control.js';
import { residentMiB } from '../proc.js';

const watched = ['gateway', 'worker', 'signer', 'temporal'] as const;
type Watched = (typeof watched)[number];
const everyMs = 500;

/** Watches the resident memory of processes of the stack, in MiB. */
export class MemoryWatch {
  readonly before: Readonly<Record<Watched, number>>;
  readonly highest: Record<Watched, number>;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly pids: Readonly<Record<Watched, number>>) {
    this.before = this.read();
    this.highest = { ...this.before };
    this.timer = setInterval(() => this.look(), everyMs);
  }

  static async start(): Promise<MemoryWatch> {
    const pids = await new StackControl().processIds();
    return new MemoryWatch(pids as Record<Watched, number>);
  }

  stop(): void {
    clearInterval(this.timer);
    this.look();
  }

  lines(): string[] {
    return watched.map((name) => `${name} ${this.before[name]} → ${this.highest[name]}`);
  }

  private look(): void {
    const now = this.read();
    for (const name of watched) this.highest[name] = Math.max(this.highest[name], now[name]);
  }

  private read(): Record<Watched, number> {
    const entries = watched.map((name) => [name, Math.round(residentMiB(this.pids[name]))]);
    return Object.fromEntries(entries) as Record<Watched, number>;
  }
}
