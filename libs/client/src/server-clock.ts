/** Bounds of the server's clock minus the device's clock, in milliseconds. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/**
 * The server's time on a device whose own clock may be wrong by any amount. Each response bounds the difference between the
 * two clocks (Cristian's algorithm): its `Date` (RFC 9110 section 6.6.1) lies between sending and receiving.
 */
export class ServerClock {
  private bounds: Bounds | undefined;

  /** @param device the device's clock, in milliseconds since 1970 */
  constructor(readonly device: () => number = () => Date.now()) {}

  /** Milliseconds since 1970; by the device's clock until the first response. */
  now(): number {
    const { least, most } = this.bounds ?? { least: 0, most: 0 };
    return Math.round(this.device() + (least + most) / 2);
  }

  /** Measures by a response that has just arrived. @param sentAt by the device's clock @param date its header `Date` */
  measure(sentAt: number, date: string | null): void {
    const second = Date.parse(date ?? '');
    // The header has whole seconds, rounded down.
    const measured = { least: second - this.device(), most: second + 1_000 - sentAt };
    // No header, or the device's clock was set back while the call was under way.
    if (!(measured.least <= measured.most)) return;
    const both = {
      least: Math.max(measured.least, this.bounds?.least ?? measured.least),
      most: Math.min(measured.most, this.bounds?.most ?? measured.most),
    };
    // If the bounds contradict each other, the device's clock was set in between, and the newest response counts.
    this.bounds = both.least <= both.most ? both : measured;
  }
}
