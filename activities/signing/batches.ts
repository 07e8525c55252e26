/** How a kind of work is done for many at once. */
interface BatchWork<Item, Answer> {
  /** Two items with one key are never in one group. */
  readonly keyOf: (item: Item) => string;
  /** Does them all, say in one transaction. An item it answers with `undefined` is done alone. */
  readonly together: (items: readonly Item[]) => Promise<readonly (Answer | undefined)[]>;
  readonly alone: (item: Item) => Promise<Answer>;
}

interface WaitingItem<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/** Where a group is still at work after this time, the next one no longer waits for it. Milliseconds. */
const batchTimeoutMs = 2_000;
/** What a group holds at most: more would keep its rows locked longer, and save nothing. */
const batchLimit = 64;

/**
 * Does together what is asked for at the same time: while a group is at work, what comes in gathers, and is the next
 * group. Nobody waits to be gathered, so the answer for one alone takes no longer. A member that cannot go with its
 * group, or whose group failed, is done alone: what is wrong with one is not the others' trouble.
 */
export function inBatches<Item, Answer>(work: BatchWork<Item, Answer>): (item: Item) => Promise<Answer> {
  let waiting: WaitingItem<Item, Answer>[] = [];
  let busy = false;

  function goOn(): void {
    if (busy || waiting.length === 0) return;
    busy = true;
    // At the end of this turn of the event loop: those who are ready at the same moment go together.
    setImmediate(() => {
      let over = false;
      const next = () => {
        if (over) return;
        over = true;
        clearTimeout(impatience);
        busy = false;
        goOn();
      };
      const impatience = setTimeout(next, batchTimeoutMs);
      void perform(nextGroup()).then(next);
    });
  }

  function nextGroup(): WaitingItem<Item, Answer>[] {
    const group = new Map<string, WaitingItem<Item, Answer>>();
    const later: WaitingItem<Item, Answer>[] = [];
    for (const one of waiting) {
      const key = work.keyOf(one.item);
      if (group.size < batchLimit && !group.has(key)) group.set(key, one);
      else later.push(one);
    }
    waiting = later;
    return [...group.values()];
  }

  async function perform(group: readonly WaitingItem<Item, Answer>[]): Promise<void> {
    try {
      const answers = await work.together(group.map(({ item }) => item));
      for (const [index, { item, resolve }] of group.entries()) resolve(answers[index] ?? work.alone(item));
    } catch (error) {
      const [first, ...others] = group;
      if (first && others.length === 0) first.reject(error);
      else for (const { item, resolve } of group) resolve(work.alone(item));
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      goOn();
    });
}
