/** Lets a leader loop wait for its next batch until a call, a timeout or an abort. A call before the wait counts too. */
export class BatchSignal {
  private called = false;
  private wake: () => void = () => undefined;

  readonly call = (): void => {
    this.called = true;
    this.wake();
  };

  /** Waits at most `ms`. */
  async wait(ms: number, end: AbortSignal): Promise<void> {
    if (!this.called && !end.aborted)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          end.removeEventListener('abort', this.wake);
          resolve();
        };
        end.addEventListener('abort', this.wake, { once: true });
      });
    end.removeEventListener('abort', this.wake);
    this.wake = () => undefined;
  }

  /** Forgets all calls made so far: the batch that follows covers them. */
  forget(): void {
    this.called = false;
  }
}
