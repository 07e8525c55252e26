/** A text for people, in both languages. */
export interface BilingualText {
  readonly ko: string;
  readonly en: string;
}
