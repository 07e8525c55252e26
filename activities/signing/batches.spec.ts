import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { inBatches } from './batches.js';

/** Batch work in which each batch waits until the spec lets it finish. */
function workshop({ keyOf = String, refuses = () => false }: Partial<Workshop> = {}) {
  const batches: number[][] = [];
  const alone: number[] = [];
  const gates: (() => void)[] = [];
  const submit = inBatches<number, string>({
    keyOf,
    handleBatch: async (items) => {
      batches.push([...items]);
      await new Promise<void>((open) => gates.push(open));
      if (items.includes(13)) throw new Error('13 is unlucky');
      return items.map((item) => (refuses(item) ? undefined : `${item} with others`));
    },
    handleOne: async (item) => {
      alone.push(item);
      if (item === 13) throw new Error('13 is unlucky');
      return `${item} alone`;
    },
  });
  /** Lets the running batch finish, so that the next one starts. */
  const finishBatch = async () => {
    gates.shift()?.();
    await turn();
    await turn();
  };
  return { batches, alone, submit, finishBatch };
}
interface Workshop {
  readonly keyOf: (item: number) => string;
  readonly refuses: (item: number) => boolean;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('inBatches', () => {
  it('inBatches starts a batch at once for a single item', async () => {
    const { submit, batches, finishBatch } = workshop();
    const answer = submit(1);
    await turn();
    expect(batches).toEqual([[1]]);
    await finishBatch();
    expect(await answer).toBe('1 with others');
  });

  it('inBatches puts items of the same moment into one batch, and items that arrive while two run into the next', async () => {
    const { submit, batches, finishBatch } = workshop();
    const answers = [submit(1), submit(2)];
    await turn();
    answers.push(submit(3), submit(4));
    await turn();
    answers.push(submit(5));
    await turn();
    answers.push(submit(6));
    await turn();
    const firstTwo = [
      [1, 2],
      [3, 4],
    ];
    expect(batches).toEqual(firstTwo);
    await finishBatch();
    expect(batches).toEqual([...firstTwo, [5, 6]]);
    await finishBatch();
    await finishBatch();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5, 6].map((item) => `${item} with others`));
  });

  it('inBatches divides many items between two batches', async () => {
    const { submit, batches, finishBatch } = workshop();
    const answers = Array.from({ length: 15 }, (_, index) => submit(100 + index));
    await turn();
    expect(batches.map((batch) => batch.length)).toEqual([8, 7]);
    await finishBatch();
    await finishBatch();
    await Promise.all(answers);
  });

  it('inBatches never handles two items with the same key at the same time', async () => {
    const { submit, batches, finishBatch } = workshop({ keyOf: (item) => String(item % 10) });
    const answers = [submit(1), submit(11), submit(2)];
    await turn();
    expect(batches).toEqual([[1, 2]]);
    await finishBatch();
    await finishBatch();
    await Promise.all(answers);
    expect(batches).toEqual([[1, 2], [11]]);
  });

  it('inBatches puts at most 64 items into a batch', async () => {
    const { submit, batches, finishBatch } = workshop();
    const answers = Array.from({ length: 140 }, (_, index) => submit(100 + index));
    await turn();
    await finishBatch();
    await finishBatch();
    await finishBatch();
    await Promise.all(answers);
    expect(batches.map((batch) => batch.length)).toEqual([64, 64, 12]);
  });

  it('inBatches handles an item alone if its batch has no result for it', async () => {
    const { submit, alone, finishBatch } = workshop({ refuses: (item) => item === 2 });
    const answers = [submit(1), submit(2)];
    await turn();
    await finishBatch();
    expect(await Promise.all(answers)).toEqual(['1 with others', '2 alone']);
    expect(alone).toEqual([2]);
  });

  it('inBatches handles each item alone if its batch fails, so that only the faulty item fails', async () => {
    const { submit, finishBatch } = workshop();
    const answers = Promise.allSettled([submit(1), submit(13), submit(2)]);
    await turn();
    await finishBatch();
    const [first, unlucky, last] = await answers;
    expect([first, last]).toMatchObject([{ value: '1 alone' }, { value: '2 alone' }]);
    expect(unlucky).toMatchObject({ reason: { message: '13 is unlucky' } });
  });

  it('inBatches does not retry an item that failed in its own batch', async () => {
    const { submit, alone, finishBatch } = workshop();
    const failure = expect(submit(13)).rejects.toThrow('13 is unlucky');
    await turn();
    await finishBatch();
    await failure;
    expect(alone).toEqual([]);
  });

  describe('a batch that hangs', () => {
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
    afterEach(() => void jest.useRealTimers());

    it('inBatches delays the batch after two hanging batches by at most two seconds', async () => {
      const { submit, batches, finishBatch } = workshop();
      const hanging = [submit(1)];
      await turn();
      hanging.push(submit(2));
      await turn();
      const later = submit(3);
      jest.advanceTimersByTime(1_999);
      await turn();
      expect(batches).toEqual([[1], [2]]);
      jest.advanceTimersByTime(1);
      await turn();
      expect(batches).toEqual([[1], [2], [3]]);
      await finishBatch();
      await finishBatch();
      expect(await Promise.all(hanging)).toEqual(['1 with others', '2 with others']);
      await finishBatch();
      expect(await later).toBe('3 with others');
    });
  });
});
