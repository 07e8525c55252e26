import type { Locale } from '#libs/client';
import { useEffect, useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import type { PageWords } from '../words/en.js';

/** Seconds until `time` by the gateway's clock, at least 0. Renders again each second. */
export function useSecondsUntil(time: string | null | undefined): number {
  const { client } = useFlow();
  const left = () => (time ? Math.max(0, Math.ceil((Date.parse(time) - client.now()) / 1000)) : 0);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return left();
}

/** A day, such as 2026년 1월 1일. @param day a point in time, or a date without one */
export const dayInWords = (day: string, language: Locale): string =>
  new Date(day).toLocaleDateString(language, { dateStyle: 'long', timeZone: 'Asia/Seoul' });

/** A point in time in Korea, such as 1월 1일 오후 3:05. */
export const timeInWords = (time: string, language: Locale): string =>
  new Date(time).toLocaleString(language, {
    ...{ month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' },
    timeZone: 'Asia/Seoul',
  });

/** Minutes and seconds, such as 2:05. */
export const minutesAndSeconds = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** A duration in minutes (rounded up), hours or days, in words. */
export function durationInWords(
  seconds: number,
  words: Pick<PageWords, 'minutes' | 'hours' | 'days'>,
): string {
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return words.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? words.hours(hours) : words.days(Math.floor(hours / 24));
}
