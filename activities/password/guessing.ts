import { keystrokesOf } from '#libs/domain';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/**
 * A password that a machine guesses in fewer tries is refused. `Password1!` takes ten thousand. The bank allows only
 * five tries, but a thief of the private key's file has no such limit.
 */
const minimumGuesses = 1e7;

/** How many characters are estimated: the estimate of 64 crafted characters takes a quarter of a second. */
const estimatedLength = 24;

/** The most common words in Korean passwords, as keystrokes. The library's lists are mostly English. */
const koreanWords = [
  '안녕',
  '안녕하세요',
  '사랑',
  '사랑해',
  '비밀번호',
  '인증서',
  '공동인증서',
  '은행',
  '한국',
  '대한민국',
  '우리집',
  '가족',
  '행복',
  '천사',
  '바보',
].map((word) => keystrokesOf(word).toLowerCase());

let estimator: Promise<ZxcvbnFactory> | undefined;

/** Loads the word lists when the first password is set. They take 10 MB. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary: { ...dictionary, koreanWords }, graphs: adjacencyGraphs });
}

/** Whether `password` is easy to guess with lists of common passwords and the person's name. */
export async function isTooCommon(password: string, name: string): Promise<boolean> {
  const { guesses } = (await (estimator ??= load())).check(password.slice(0, estimatedLength), [
    name,
    keystrokesOf(name),
  ]);
  return guesses < minimumGuesses;
}
