import { keystrokesOf } from '#libs/domain';
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/**
 * A password that a machine guesses within so many tries is refused: `Password1!` takes ten thousand. Five tries at the
 * bank are far fewer, but whoever finds the file of the private key can try for as long as they like.
 */
const minimumGuesses = 1e7;

/** Longer ones are judged by their beginning: the estimate of 64 devised characters takes a quarter of a second. */
const estimatedLength = 24;

/** Words every Korean list of passwords begins with, as they are typed; the kept lists are English for the most part. */
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

/** The lists are read when the first password is set, and kept: 10 MB. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary: { ...dictionary, koreanWords }, graphs: adjacencyGraphs });
}

/** Whether lists of common passwords and the person's name make `password` easy to guess. */
export async function isTooCommon(password: string, name: string): Promise<boolean> {
  const { guesses } = (await (estimator ??= load())).check(password.slice(0, estimatedLength), [
    name,
    keystrokesOf(name),
  ]);
  return guesses < minimumGuesses;
}
