/** Work that can be done for several items at once. */
interface BatchWork<Item, Answer> {
  /** Two items with the same key are never in the same batch, nor in two batches that run at the same time. */
  readonly keyOf: (item: Item) => string;
  /** Handles all items, for example in one transaction. An item with the result `undefined` is handled alone. */
  readonly handleBatch: (items: readonly Item[]) => Promise<readonly (Answer | undefined)[]>;
  readonly handleOne: (item: Item) => Promise<Answer>;
}

interface WaitingItem<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/** The next batch waits at most this long for the one before, in milliseconds. */
const batchTimeoutMs = 2_000;
/** Size limit of a batch: a larger one would lock its rows for longer and save nothing. */
const batchLimit = 64;
/** While PostgreSQL works for one batch, this process prepares or signs another, so that two cores are busy. */
const batchesAtOnce = 2;
/** A batch of this size is not divided: most of what PostgreSQL does for it, it does for each half. */
const smallBatch = 8;

/**
 * Handles items in batches, two at a time: the items that arrive while both run are the next batch. If none runs, a batch
 * leaves half of the items to another one. No item waits for a batch to fill, so that a single item takes no longer than
 * without batches. If a batch fails or returns no result for an item,
 * the item is handled alone, so that a failure affects only its own item.
 */
export function inBatches<Item, Answer>(work: BatchWork<Item, Answer>): (item: Item) => Promise<Answer> {
  let waiting: WaitingItem<Item, Answer>[] = [];
  let scheduled = false;
  const running = new Set<ReadonlyMap<string, unknown>>();

  function schedule(): void {
    if (scheduled || running.size === batchesAtOnce || waiting.length === 0) return;
    scheduled = true;
    // At the end of this turn of the event loop, so that items of the same moment share a batch.
    setImmediate(() => {
      scheduled = false;
      while (running.size < batchesAtOnce) {
        const batch = nextBatch();
        if (batch.size === 0) return;
        start(batch);
      }
    });
  }

  function start(batch: ReadonlyMap<string, WaitingItem<Item, Answer>>): void {
    running.add(batch);
    const end = () => {
      clearTimeout(timeout);
      if (running.delete(batch)) schedule();
    };
    const timeout = setTimeout(end, batchTimeoutMs);
    void runBatch([...batch.values()]).then(end);
  }

  function nextBatch(): Map<string, WaitingItem<Item, Answer>> {
    const divided = running.size === 0 && waiting.length > smallBatch;
    const limit = Math.min(batchLimit, divided ? Math.ceil(waiting.length / 2) : waiting.length);
    const batch = new Map<string, WaitingItem<Item, Answer>>();
    const later: WaitingItem<Item, Answer>[] = [];
    for (const one of waiting) {
      const key = work.keyOf(one.item);
      const isTaken = [batch, ...running].some((other) => other.has(key));
      if (batch.size < limit && !isTaken) batch.set(key, one);
      else later.push(one);
    }
    waiting = later;
    return batch;
  }

  async function runBatch(batch: readonly WaitingItem<Item, Answer>[]): Promise<void> {
    try {
      const answers = await work.handleBatch(batch.map(({ item }) => item));
      for (const [index, { item, resolve }] of batch.entries())
        resolve(answers[index] ?? work.handleOne(item));
    } catch (error) {
      const [first, ...others] = batch;
      if (first && others.length === 0) first.reject(error);
      else for (const { item, resolve } of batch) resolve(work.handleOne(item));
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
