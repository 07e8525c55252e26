/** What several readers share for a time, so that open consoles do not multiply the queries. */
export class SharedReading<Read> {
  private last: { readonly at: number; readonly read: Promise<Read> } | undefined;

  /** @param forMs for how long a reading is shared, in milliseconds */
  constructor(
    private readonly forMs: number,
    private readonly read: (now: Date) => Promise<Read>,
  ) {}

  /** The last reading, or a new one if it is too old. A failed one is not shared. */
  at(now: Date): Promise<Read> {
    if (this.last && now.getTime() - this.last.at < this.forMs) return this.last.read;
    const last = { at: now.getTime(), read: this.read(now) };
    this.last = last;
    last.read.catch(() => {
      if (this.last === last) this.last = undefined;
    });
    return last.read;
  }
}
