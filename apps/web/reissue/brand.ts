import type { PageBrand } from '#libs/contracts';

/** The bank, as the gateway wrote it into the document. */
export const brand = JSON.parse(document.getElementById('brand')!.textContent) as PageBrand;
