/** A signed response that can be reused for some time. */
export interface Keepable {
  /** The end of this time, in milliseconds since the epoch; undefined if it must not be reused. */
  readonly keepUntil: number | undefined;
  /** The start of this time: an earlier clock was corrected, and relying parties would reject the response. */
  readonly keepFrom?: number;
}

/**
 * A cache of signed responses by serial number and exact request. An entry is added before its response is signed: requests
 * at the same time share the response, and a status change during the signing removes it.
 */
export class AnswerCache<T extends Keepable> {
  private readonly bySerial = new Map<string, Map<string, Promise<T>>>();

  /**
   * @param capacity number of serial numbers; the least recently requested one is removed first
   * @param isNotified whether notifications of status changes arrive: otherwise every response is signed again
   */
  constructor(
    private readonly capacity: number,
    private readonly isNotified: () => boolean,
  ) {}

  /** Number of serial numbers in the cache. */
  get size(): number {
    return this.bySerial.size;
  }

  async get(serial: string, question: string, now: number, make: () => Promise<T>): Promise<T> {
    if (this.capacity === 0 || !this.isNotified()) return make();
    const kept = this.bySerial.get(serial)?.get(question);
    if (kept) {
      const answer = await kept;
      if (answer.keepUntil === undefined) return answer; // shared only by requests at the same time
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

  /** Removes the responses for a certificate whose status has changed. */
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

  /** Moves the serial number to the end of the Map, which keeps the order of insertion. */
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
