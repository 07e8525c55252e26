import { condition, Trigger } from '@temporalio/workflow';

/** A message, and the way to answer the caller who waits for it. */
interface ReceivedMessage<Message, Answer> {
  readonly message: Message;
  resolve(answer: Answer): void;
}

/**
 * Passes messages from update handlers, which run at any time, to the main coroutine, which handles one at a time.
 */
export class MessageInbox<Message, Answer> {
  private readonly received: ReceivedMessage<Message, Answer>[] = [];
  private woken = false;
  private closedWith: Answer | undefined;

  /** Posts a message and waits for its answer. After `close` every message gets the same answer. */
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

  /** Waits for the next message. @returns undefined if `wake` was called first */
  async next(): Promise<ReceivedMessage<Message, Answer> | undefined> {
    await condition(() => this.received.length > 0 || this.woken);
    const received = this.received.shift();
    if (!received) this.woken = false;
    return received;
  }

  /** Answers every waiting and every later message with `answer`. */
  close(answer: Answer): void {
    this.closedWith = answer;
    for (const each of this.received.splice(0)) each.resolve(answer);
  }
}
