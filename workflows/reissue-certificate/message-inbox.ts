import { condition, Trigger } from '@temporalio/workflow';

/** A message and the caller who waits for its answer. */
interface ReceivedMessage<Message, Answer> {
  readonly message: Message;
  resolve(answer: Answer): void;
}

/**
 * Between update handlers, which come at any time, and the one main coroutine, which takes messages one by one.
 */
export class MessageInbox<Message, Answer> {
  private readonly received: ReceivedMessage<Message, Answer>[] = [];
  private woken = false;
  private closedWith: Answer | undefined;

  /** Posts a message and waits for its answer. After `close` every message has the same answer. */
  async post(message: Message): Promise<Answer> {
    if (this.closedWith !== undefined) return this.closedWith;
    const answer = new Trigger<Answer>();
    this.received.push({ message, resolve: (value) => answer.resolve(value) });
    return await answer;
  }

  /** Makes `next` return without a message. */
  wake(): void {
    this.woken = true;
  }

  /** The next letter, or undefined when nudged first. */
  async next(): Promise<ReceivedMessage<Message, Answer> | undefined> {
    await condition(() => this.received.length > 0 || this.woken);
    const letter = this.received.shift();
    if (!letter) this.woken = false;
    return letter;
  }

  /** Answers everybody who still waits or still comes. */
  close(answer: Answer): void {
    this.closedWith = answer;
    for (const letter of this.received.splice(0)) letter.resolve(answer);
  }
}
