import { useSyncExternalStore } from 'react';
import { consoleEnglish } from './en.js';
import { consoleKorean, type ConsoleWords } from './ko.js';

const languages = ['ko', 'en'] as const;
export type Language = (typeof languages)[number];
export type { ConsoleWords } from './ko.js';

const key = 'reseal.language';
const texts: Record<Language, ConsoleWords> = { ko: consoleKorean, en: consoleEnglish };

const listeners = new Set<() => void>();
let language: Language = firstLanguage();
document.documentElement.lang = language;

/** What the person chose; before, what the browser prefers. */
function firstLanguage(): Language {
  const kept = localStorage.getItem(key);
  return kept === 'ko' || kept === 'en' ? kept : navigator.language.startsWith('ko') ? 'ko' : 'en';
}

export const currentLanguage = (): Language => language;

export function chooseLanguage(next: Language): void {
  language = next;
  localStorage.setItem(key, next);
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useLanguage = (): Language => useSyncExternalStore(subscribe, currentLanguage);

/** All words of the console in the chosen language. */
export const useWords = (): ConsoleWords => texts[useLanguage()];

/** A text of the API that comes in both languages, or in none. */
export const inLanguage = (
  text: string | { readonly ko: string; readonly en: string },
  at: Language,
): string => (typeof text === 'string' ? text : text[at]);
