import type { Locale } from '#libs/client';
import { useSyncExternalStore } from 'react';
import { Observable } from './observable.js';

/** The language of a page: the one that the person chose here before, or else the one that the browser prefers. */
export class LanguageChoice {
  private readonly language: Observable<Locale>;

  /** @param storageKey the name under which localStorage keeps the choice */
  constructor(private readonly storageKey: string) {
    this.language = new Observable(this.stored() ?? preferred());
    document.documentElement.lang = this.current();
  }

  readonly current = (): Locale => this.language.current();
  readonly subscribe = (listener: () => void): (() => void) => this.language.subscribe(listener);

  /** Where the browser stores nothing, the choice holds until the page is closed. */
  choose(language: Locale): void {
    try {
      localStorage.setItem(this.storageKey, language);
    } catch {
      // Private windows and strict settings throw here.
    }
    document.documentElement.lang = language;
    this.language.set(language);
  }

  private stored(): Locale | undefined {
    try {
      const found = localStorage.getItem(this.storageKey);
      return found === 'ko' || found === 'en' ? found : undefined;
    } catch {
      return undefined;
    }
  }
}

const preferred = (): Locale => (navigator.language?.startsWith('ko') ? 'ko' : 'en');

/** The current language, and a new render when it changes. */
export const useChosen = (choice: LanguageChoice): Locale =>
  useSyncExternalStore(choice.subscribe, choice.current);

export const otherLanguage = (language: Locale): Locale => (language === 'ko' ? 'en' : 'ko');
