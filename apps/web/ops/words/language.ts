import type { Locale } from '#libs/client';
import { LanguageChoice, useChosen } from '../../shared/language.js';
import { consoleEnglish } from './en.js';
import { consoleKorean, type ConsoleWords } from './ko.js';

export type { ConsoleWords } from './ko.js';

const words: Readonly<Record<Locale, ConsoleWords>> = { ko: consoleKorean, en: consoleEnglish };
export const languageChoice = new LanguageChoice('reseal.language');

export const useLanguage = (): Locale => useChosen(languageChoice);
export const useWords = (): ConsoleWords => words[useLanguage()];
