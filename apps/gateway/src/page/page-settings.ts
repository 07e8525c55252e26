import type { Brand } from './brand.js';

/** The settings of the customers' page. */
export class PageSettings {
  constructor(
    /** The API key of the page as a front end. Every visitor of the page can read it. */
    readonly apiKey: string,
    readonly brand: Brand,
  ) {}
}
