/** The sandbox's only source of time; tests replace it. */
export class SandboxClock {
  now(): Date {
    return new Date();
  }
}
