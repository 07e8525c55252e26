/** A job was not started, because too many jobs were waiting or it had waited too long. */
export class QueueRejected extends Error {
  override readonly name = 'QueueRejected';
}

interface Job {
  readonly since: number;
  begin(): Promise<void>;
  refuse(error: QueueRejected): void;
}

/**
 * Runs one job at a time. If too many jobs wait, a new one is refused at once, so that waiting times stay bounded: no
 * job waits much longer than `waitMs`.
 */
export class BoundedQueue {
  private readonly waiting: Job[] = [];
  private busy = false;

  /**
   * @param limit number of jobs that may wait
   * @param waitMs longest waiting time in milliseconds: a job that waited longer is refused
   */
  constructor(
    private readonly limit: number,
    private readonly waitMs: number,
  ) {}

  /** Settles as the work does; rejects with {@link QueueRejected} if the work was not started. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy && this.waiting.length >= this.limit)
      return Promise.reject(new QueueRejected(`${this.limit} requests are waiting already`));
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
      if (waited > this.waitMs)
        job.refuse(new QueueRejected(`it waited ${Math.round(waited)} ms in the queue`));
      else await job.begin();
    }
    this.busy = false;
  }
}
