import { createContext, useContext } from 'react';
import { en, type Words } from './en.js';
import { ko } from './ko.js';

export type Language = 'ko' | 'en';
export const words: Readonly<Record<Language, Words>> = { ko, en };
export const LanguageContext = createContext<Language>('ko');

export const useLanguage = (): Language => useContext(LanguageContext);
export const useWords = (): Words => words[useLanguage()];

const place = 'reseal-language';

/** What the customer chose here before, or else what the browser prefers. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(place);
  if (chosen === 'ko' || chosen === 'en') return chosen;
  return navigator.language.startsWith('ko') ? 'ko' : 'en';
}

export const rememberLanguage = (language: Language): void => localStorage.setItem(place, language);
