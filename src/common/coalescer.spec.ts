import { describe, expect, it } from '@jest/globals';
import { Coalescer } from './coalescer.js';

/** Work that doubles numbers and ends when told to. */
function doubler(options: { isShared?: boolean; heaviest?: number; weightOf?: (n: number) => number } = {}) {
  const calls: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const coalescer = new Coalescer<number, number>(
    async (numbers) => {
      calls.push(numbers);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (numbers.includes(13)) throw new Error('unlucky');
      return numbers.map((number) => number * 2);
    },
    {
      heaviest: options.heaviest ?? 10,
      isShared: () => options.isShared ?? false,
      ...(options.weightOf && { weightOf: options.weightOf }),
    },
  );
  /** Lets all calls end as they come, until the answer is there. */
  const settle = async <T>(answer: Promise<T>): Promise<T> => {
    const timer = setInterval(() => ends.shift()?.(), 0);
    try {
      return await answer;
    } finally {
      clearInterval(timer);
    }
  };
  return { coalescer, calls, settle };
}

describe('Coalescer', () => {
  it('asks at once, and gathers what comes meanwhile into one call', async () => {
    const { coalescer, calls, settle } = doubler();
    const first = coalescer.ask(1);
    await Promise.resolve();
    await Promise.resolve();

    const answers = await settle(Promise.all([first, coalescer.ask(2), coalescer.ask(3)]));

    expect(answers).toEqual([2, 4, 6]);
    expect(calls).toEqual([[1], [2, 3]]);
  });

  it('makes one call of what is asked in one turn', async () => {
    const { coalescer, calls, settle } = doubler();

    await settle(Promise.all([coalescer.ask(1), coalescer.ask(2)]));

    expect(calls).toEqual([[1, 2]]);
  });

  it('keeps lanes apart', async () => {
    const { coalescer, calls, settle } = doubler();

    await settle(Promise.all([coalescer.ask(1, 'a'), coalescer.ask(2, 'b')]));

    expect(calls).toEqual([[1], [2]]);
  });

  it('divides what is too heavy for one call, and never starves a request that is too heavy alone', async () => {
    const { coalescer, calls, settle } = doubler({ heaviest: 5, weightOf: (number) => number });

    await settle(Promise.all([9, 2, 3, 1].map((number) => coalescer.ask(number))));

    expect(calls).toEqual([[9], [2, 3], [1]]);
  });

  it('lets one bad request spoil nothing but itself', async () => {
    const { coalescer, settle } = doubler();

    const answers = await settle(Promise.allSettled([1, 13, 2].map((number) => coalescer.ask(number))));

    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('does not repeat what failed for everybody', async () => {
    const { coalescer, calls, settle } = doubler({ isShared: true });

    const answers = await settle(Promise.allSettled([1, 13, 2].map((number) => coalescer.ask(number))));

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(calls).toHaveLength(1);
  });

  it('serves on after a failure', async () => {
    const { coalescer, settle } = doubler();
    await settle(Promise.allSettled([coalescer.ask(13)]));

    expect(await settle(coalescer.ask(4))).toBe(8);
  });
});
