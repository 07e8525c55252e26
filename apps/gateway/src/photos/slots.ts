import { unavailable } from '../problems.js';

/** Lets so many tasks run at once and so many wait for their turn. */
export class Slots {
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly waiting: number,
  ) {}

  /** @throws ProblemError 503 at once when all places are taken */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.atOnce) this.running += 1;
    else if (this.queue.length < this.waiting)
      // Whoever is let in takes over the place of the one that ended.
      await new Promise<void>((enter) => this.queue.push(enter));
    else throw unavailable();
    try {
      return await task();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
