/** Something signed that may be given out again for a while. */
export interface Keepable {
  /** Until when, in milliseconds since the epoch; undefined if never. */
  readonly keepUntil: number | undefined;
  /** Before that it was made by a clock that ran ahead, and nobody would take it; milliseconds since the epoch. */
  readonly keepFrom?: number;
}

/**
 * Signed answers by serial number, and under it by the exact question. An answer is kept from before it is made: who
 * asks meanwhile waits for the same one, and a change of status that is announced meanwhile takes it out before
 * anybody later sees it.
 */
export class AnswerCache<T extends Keepable> {
  private readonly bySerial = new Map<string, Map<string, Promise<T>>>();

  /**
   * @param capacity of how many serial numbers answers are kept; the one asked for longest ago goes first
   * @param trustworthy whether changes are heard of: while they are not, every answer is made anew
   */
  constructor(
    private readonly capacity: number,
    private readonly trustworthy: () => boolean,
  ) {}

  /** Of how many serial numbers there are answers. */
  get size(): number {
    return this.bySerial.size;
  }

  async get(serial: string, question: string, now: number, make: () => Promise<T>): Promise<T> {
    if (this.capacity === 0 || !this.trustworthy()) return make();
    const kept = this.bySerial.get(serial)?.get(question);
    if (kept) {
      const answer = await kept;
      if (answer.keepUntil === undefined) return answer; // made for those who asked at the same time
      if (now < answer.keepUntil && now >= (answer.keepFrom ?? -Infinity)) {
        this.touch(serial);
        return answer;
      }
      this.remove(serial, question, kept);
    }
    const making = make();
    this.add(serial, question, making);
    making.then(
      ({ keepUntil }) => keepUntil === undefined && this.remove(serial, question, making),
      () => this.remove(serial, question, making),
    );
    return making;
  }

  /** The status of this certificate has changed. */
  forget(serial: string): void {
    this.bySerial.delete(serial);
  }

  clear(): void {
    this.bySerial.clear();
  }

  private add(serial: string, question: string, answer: Promise<T>): void {
    const answers = this.bySerial.get(serial) ?? new Map<string, Promise<T>>();
    answers.set(question, answer);
    this.bySerial.delete(serial);
    this.bySerial.set(serial, answers);
    if (this.bySerial.size <= this.capacity) return;
    const [oldest] = this.bySerial.keys();
    this.bySerial.delete(oldest!);
  }

  /** A Map keeps the order of insertion: who is asked for goes to its end. */
  private touch(serial: string): void {
    const answers = this.bySerial.get(serial);
    if (!answers) return;
    this.bySerial.delete(serial);
    this.bySerial.set(serial, answers);
  }

  private remove(serial: string, question: string, answer: Promise<T>): void {
    const answers = this.bySerial.get(serial);
    if (answers?.get(question) !== answer) return;
    answers.delete(question);
    if (answers.size === 0) this.bySerial.delete(serial);
  }
}
