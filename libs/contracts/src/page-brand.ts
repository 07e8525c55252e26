import type { BilingualText } from '#libs/domain';

/** The bank as the script of the customers' page presents it. The gateway writes it into the page's document. */
export interface PageBrand {
  readonly name: BilingualText;
  readonly callCentre: { readonly phone: string; readonly hours: BilingualText };
  /** Address of the bank's privacy policy. */
  readonly privacyPolicy: string;
}
