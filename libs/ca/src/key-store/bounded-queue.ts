/** A job was not begun: too many were waiting already, or it had waited too long. */
export class QueueRejected extends Error {
  override readonly name = 'QueueRejected';
}

interface Job {
  readonly since: number;
  begin(): Promise<void>;
  refuse(error: QueueRejected): void;
}

/**
 * Does one job after the other. When too many wait, a new one is refused at once instead of making everyone wait
 * longer; and nobody waits much longer than `waitMs`.
 */
export class BoundedQueue {
  private readonly waiting: Job[] = [];
  private busy = false;

  /**
   * @param limit how many may wait
   * @param waitMs how long one may wait: it is refused when its turn comes later
   */
  constructor(
    private readonly limit: number,
    private readonly waitMs: number,
  ) {}

  /** Resolves and rejects as the work does; rejects with {@link QueueRejected} if it never began. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy && this.waiting.length >= this.limit)
      return Promise.reject(new QueueRejected(`${this.limit} are waiting already`));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.waiting.push({
      since: performance.now(),
      begin: () => work().then(resolve, reject),
      refuse: reject,
    });
    if (!this.busy) void this.drain();
    return promise;
  }

  private async drain(): Promise<void> {
    this.busy = true;
    for (let job = this.waiting.shift(); job; job = this.waiting.shift()) {
      const waited = performance.now() - job.since;
      if (waited > this.waitMs) job.refuse(new QueueRejected(`its turn came after ${Math.round(waited)} ms`));
      else await job.begin();
    }
    this.busy = false;
  }
}
