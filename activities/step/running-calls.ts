/**
 * The calls that run in this process, by key. An activity that takes over a slow call of a step waits for it, and does
 * not make the same call a second time.
 */
export class RunningCalls<Result = void> {
  private readonly running = new Map<string, Promise<Result>>();

  has(key: string): boolean {
    return this.running.has(key);
  }

  /** Makes a call, or waits for the one with this key that runs already. */
  share(key: string, call: () => Promise<Result>): Promise<Result> {
    const running = this.running.get(key) ?? call().finally(() => this.running.delete(key));
    this.running.set(key, running);
    return running;
  }
}
