import { createContext, useContext } from 'react';
import { pageEnglish, type PageWords } from './en.js';
import { pageKorean } from './ko.js';

export type Language = 'ko' | 'en';
export const words: Readonly<Record<Language, PageWords>> = { ko: pageKorean, en: pageEnglish };
export const LanguageContext = createContext<Language>('ko');

export const useLanguage = (): Language => useContext(LanguageContext);
export const useWords = (): PageWords => words[useLanguage()];

const place = 'reseal-language';

/** What the customer chose here before, or else what the browser prefers. */
export function preferredLanguage(): Language {
  const chosen = remembered();
  if (chosen === 'ko' || chosen === 'en') return chosen;
  return navigator.language?.startsWith('ko') ? 'ko' : 'en';
}

/** Browsers that are to keep nothing throw here, and the choice holds for this visit. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(place, language);
  } catch {
    // Nothing is kept.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}
