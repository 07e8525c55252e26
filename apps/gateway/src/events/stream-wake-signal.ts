/** Lets one waiter sleep until `wake` is called, the time is up, or `end` aborts. */
export class StreamWakeSignal {
  private woken = false;
  private endWait: () => void = () => undefined;

  constructor(private readonly end: AbortSignal) {}

  /** Forgets earlier calls of `wake`. */
  reset(): void {
    this.woken = false;
  }

  wake(): void {
    this.woken = true;
    this.endWait();
  }

  /** Waits at most `ms`. @returns whether `wake` was called since `reset` */
  async wait(ms: number): Promise<boolean> {
    if (!this.woken && !this.end.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.endWait = () => {
          clearTimeout(timer);
          resolve();
        };
        this.end.addEventListener('abort', this.endWait, { once: true });
      });
      this.end.removeEventListener('abort', this.endWait);
      this.endWait = () => undefined;
    }
    return this.woken;
  }
}
