/** Lets one waiter sleep until it is called, time is up, or `end` aborts. */
export class WakeUp {
  private called = false;
  private wake: () => void = () => undefined;

  constructor(private readonly end: AbortSignal) {}

  /** From now on calls count. */
  arm(): void {
    this.called = false;
  }

  call(): void {
    this.called = true;
    this.wake();
  }

  /** Waits at most `ms`; answers whether there was a call since `arm`. */
  async wait(ms: number): Promise<boolean> {
    if (!this.called && !this.end.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        this.end.addEventListener('abort', this.wake, { once: true });
      });
      this.end.removeEventListener('abort', this.wake);
      this.wake = () => undefined;
    }
    return this.called;
  }
}
