import { unavailable } from '../problems.js';

/** Runs a limited number of tasks at once and lets a limited number wait. The owners of waiting tasks take turns. */
export class Slots {
  private running = 0;
  private waiting = 0;
  /** Owners in the order of their turns. */
  private readonly queues = new Map<string, (() => void)[]>();

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  /** @throws ProblemError 503 at once if too many tasks wait */
  async run<T>(owner: string, task: () => Promise<T>): Promise<T> {
    if (this.running < this.maxRunning) this.running += 1;
    // A task that waited takes over the slot of the task that ended.
    else if (this.waiting < this.maxWaiting) await new Promise<void>((enter) => this.enqueue(owner, enter));
    else throw unavailable();
    try {
      return await task();
    } finally {
      const next = this.dequeue();
      if (next) next();
      else this.running -= 1;
    }
  }

  private enqueue(owner: string, enter: () => void): void {
    this.waiting += 1;
    this.queues.set(owner, [...(this.queues.get(owner) ?? []), enter]);
  }

  private dequeue(): (() => void) | undefined {
    const [first] = this.queues;
    if (!first) return undefined;
    const [owner, [enter, ...others]] = first;
    this.waiting -= 1;
    // The owner's next task runs after one task of each other owner.
    this.queues.delete(owner);
    if (others.length > 0) this.queues.set(owner, others);
    return enter;
  }
}
