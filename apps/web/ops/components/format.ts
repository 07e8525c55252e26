import type { Locale } from '#libs/client';
import { useLanguage } from '../words/language.js';

const locales: Record<Locale, string> = { ko: 'ko-KR', en: 'en-GB' };
const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

interface Format {
  /** Date and time to the second, in the browser's time zone. */
  readonly time: (at: string) => string;
  readonly date: (at: string) => string;
  /** The hour of the day, such as `14:00`. */
  readonly hour: (at: string) => string;
  /** Month and day of a calendar day `YYYY-MM-DD`. */
  readonly day: (day: string) => string;
  readonly number: (value: number) => string;
  /** The time since a moment in its largest unit, such as `3 hours`. */
  readonly age: (since: string, now?: number) => string;
}

const formats: Record<Locale, Format> = { ko: formatOf('ko'), en: formatOf('en') };

function formatOf(language: Locale): Format {
  const locale = locales[language];
  const time = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const hour = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(locale, { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(locale);
  return {
    time: (at) => time.format(new Date(at)),
    date: (at) => date.format(new Date(at)),
    hour: (at) => hour.format(new Date(at)),
    day: (date) => day.format(new Date(date)),
    number: (value) => number.format(value),
    age: (since, now = Date.now()) => {
      const seconds = Math.max(0, (now - Date.parse(since)) / 1_000);
      const [unit, size] = units.find(([, length]) => seconds >= length) ?? units[3];
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
        Math.floor(seconds / size),
      );
    },
  };
}

export const useFormat = (): Format => formats[useLanguage()];

/** Whether a time has passed. */
export const isPast = (at: string): boolean => Date.parse(at) <= Date.now();
