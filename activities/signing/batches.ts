/** Work that can be done for several items at once. */
interface BatchWork<Item, Answer> {
  /** Two items with the same key are never in the same batch. */
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

/**
 * Handles items in batches: the items that arrive while one batch runs are the next batch. No item waits for a batch to
 * fill, so that a single item takes no longer than without batches. If a batch fails or returns no result for an item,
 * the item is handled alone, so that a failure affects only its own item.
 */
export function inBatches<Item, Answer>(work: BatchWork<Item, Answer>): (item: Item) => Promise<Answer> {
  let waiting: WaitingItem<Item, Answer>[] = [];
  let busy = false;

  function startNext(): void {
    if (busy || waiting.length === 0) return;
    busy = true;
    // At the end of this turn of the event loop, so that items of the same moment share a batch.
    setImmediate(() => {
      let done = false;
      const next = () => {
        if (done) return;
        done = true;
        clearTimeout(timeout);
        busy = false;
        startNext();
      };
      const timeout = setTimeout(next, batchTimeoutMs);
      void runBatch(nextBatch()).then(next);
    });
  }

  function nextBatch(): WaitingItem<Item, Answer>[] {
    const batch = new Map<string, WaitingItem<Item, Answer>>();
    const later: WaitingItem<Item, Answer>[] = [];
    for (const one of waiting) {
      const key = work.keyOf(one.item);
      if (batch.size < batchLimit && !batch.has(key)) batch.set(key, one);
      else later.push(one);
    }
    waiting = later;
    return [...batch.values()];
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
      startNext();
    });
}
