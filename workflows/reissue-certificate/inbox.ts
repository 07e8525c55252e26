import { condition, Trigger } from '@temporalio/workflow';

/** A message and the caller who waits for its answer. */
interface Letter<Message, Answer> {
  readonly message: Message;
  settle(answer: Answer): void;
}

/**
 * Between update handlers, which come at any time, and the one main coroutine, which takes messages one by one.
 */
export class Inbox<Message, Answer> {
  private readonly letters: Letter<Message, Answer>[] = [];
  private nudged = false;
  private closedWith: Answer | undefined;

  /** Posts a message and waits for its answer. After `close` every message has the same answer. */
  async post(message: Message): Promise<Answer> {
    if (this.closedWith !== undefined) return this.closedWith;
    const answer = new Trigger<Answer>();
    this.letters.push({ message, settle: (value) => answer.resolve(value) });
    return await answer;
  }

  /** Makes `next` return without a message. */
  nudge(): void {
    this.nudged = true;
  }

  /** The next letter, or undefined when nudged first. */
  async next(): Promise<Letter<Message, Answer> | undefined> {
    await condition(() => this.letters.length > 0 || this.nudged);
    const letter = this.letters.shift();
    if (!letter) this.nudged = false;
    return letter;
  }

  /** Answers everybody who still waits or still comes. */
  close(answer: Answer): void {
    this.closedWith = answer;
    for (const letter of this.letters.splice(0)) letter.settle(answer);
  }
}
