import type { Clock } from '#libs/domain';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A clock that stands still until it is moved. */
export class MovableClock {
  constructor(private at: Date) {}

  readonly now: Clock = () => new Date(this.at);

  advance(ms: number): void {
    this.at = new Date(this.at.getTime() + ms);
  }

  set(at: Date): void {
    this.at = at;
  }
}
