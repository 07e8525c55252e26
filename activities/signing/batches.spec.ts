import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { inBatches } from './batches.js';

/** Work that waits to be let on, group by group. */
function workshop({ keyOf = String, refuses = () => false }: Partial<Workshop> = {}) {
  const groups: number[][] = [];
  const alone: number[] = [];
  const doors: (() => void)[] = [];
  const ask = inBatches<number, string>({
    keyOf,
    together: async (items) => {
      groups.push([...items]);
      await new Promise<void>((open) => doors.push(open));
      if (items.includes(13)) throw new Error('13 is unlucky');
      return items.map((item) => (refuses(item) ? undefined : `${item} with others`));
    },
    alone: async (item) => {
      alone.push(item);
      if (item === 13) throw new Error('13 is unlucky');
      return `${item} alone`;
    },
  });
  /** Lets the group at work finish, and the next one begin. */
  const letOn = async () => {
    doors.shift()?.();
    await turn();
    await turn();
  };
  return { groups, alone, ask, letOn };
}
interface Workshop {
  readonly keyOf: (item: number) => string;
  readonly refuses: (item: number) => boolean;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('work in groups', () => {
  it('begins at once for one who comes alone', async () => {
    const { ask, groups, letOn } = workshop();
    const answer = ask(1);
    await turn();
    expect(groups).toEqual([[1]]);
    await letOn();
    expect(await answer).toBe('1 with others');
  });

  it('takes those who come in the same moment together, and those who come meanwhile as the next group', async () => {
    const { ask, groups, letOn } = workshop();
    const answers = [ask(1), ask(2)];
    await turn();
    answers.push(ask(3), ask(4));
    await turn();
    expect(groups).toEqual([[1, 2]]);
    await letOn();
    expect(groups).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await letOn();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4].map((item) => `${item} with others`));
  });

  it('never has two with one key in a group', async () => {
    const { ask, groups, letOn } = workshop({ keyOf: (item) => String(item % 10) });
    const answers = [ask(1), ask(11), ask(2)];
    await turn();
    await letOn();
    await letOn();
    await Promise.all(answers);
    expect(groups).toEqual([[1, 2], [11]]);
  });

  it('has no more than 64 in a group', async () => {
    const { ask, groups, letOn } = workshop();
    const answers = Array.from({ length: 70 }, (_, index) => ask(100 + index));
    await turn();
    await letOn();
    await letOn();
    await Promise.all(answers);
    expect(groups.map((group) => group.length)).toEqual([64, 6]);
  });

  it('does alone whom the group cannot take', async () => {
    const { ask, alone, letOn } = workshop({ refuses: (item) => item === 2 });
    const answers = [ask(1), ask(2)];
    await turn();
    await letOn();
    expect(await Promise.all(answers)).toEqual(['1 with others', '2 alone']);
    expect(alone).toEqual([2]);
  });

  it('does each alone when a group fails: only who is to blame fails', async () => {
    const { ask, letOn } = workshop();
    const answers = Promise.allSettled([ask(1), ask(13), ask(2)]);
    await turn();
    await letOn();
    const [first, unlucky, last] = await answers;
    expect([first, last]).toMatchObject([{ value: '1 alone' }, { value: '2 alone' }]);
    expect(unlucky).toMatchObject({ reason: { message: '13 is unlucky' } });
  });

  it('does not try again one who failed without others', async () => {
    const { ask, alone, letOn } = workshop();
    const failure = expect(ask(13)).rejects.toThrow('13 is unlucky');
    await turn();
    await letOn();
    await failure;
    expect(alone).toEqual([]);
  });

  describe('that hangs', () => {
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
    afterEach(() => void jest.useRealTimers());

    it('holds up nobody for longer than two seconds', async () => {
      const { ask, groups, letOn } = workshop();
      const hanging = ask(1);
      await turn();
      const later = ask(2);
      jest.advanceTimersByTime(1_999);
      await turn();
      expect(groups).toEqual([[1]]);
      jest.advanceTimersByTime(1);
      await turn();
      expect(groups).toEqual([[1], [2]]);
      await letOn();
      expect(await hanging).toBe('1 with others');
      await letOn();
      expect(await later).toBe('2 with others');
    });
  });
});
