import type { Locale } from '#libs/client';
import { LanguageChoice, useChosen } from '../../shared/language.js';
import { pageEnglish, type PageWords } from './en.js';
import { pageKorean } from './ko.js';

const words: Readonly<Record<Locale, PageWords>> = { ko: pageKorean, en: pageEnglish };
export const languageChoice = new LanguageChoice('reseal-language');

export const useLanguage = (): Locale => useChosen(languageChoice);
export const useWords = (): PageWords => words[useLanguage()];
