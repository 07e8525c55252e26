/** The sandbox's one source of time; tests set their own. */
export class Clock {
  now(): Date {
    return new Date();
  }
}
