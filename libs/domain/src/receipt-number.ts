/** The symbols of ISO/IEC 7064 MOD 37-2 by their values. */
const symbols = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*';

/** A receipt number without its hyphens: Crockford's alphabet, which has no I, L, O and U. */
const form = /^[0-9A-HJKMNP-TV-Z]{9}$/;

/** Symbols that people read or type for another one. */
const lookAlikes: Readonly<Record<string, string>> = { I: '1', L: '1', O: '0', U: 'V' };

/** A receipt number as it is stored, or what is wrong with the text. `CHECK`: it was mistyped or misheard. */
type ReadReceiptNumber = { readonly number: string } | { readonly fault: 'FORM' | 'CHECK' };

/**
 * Reads a receipt number into its stored form, `K7M-2QX-9TR`. Case, spaces, hyphens, full-width forms and look-alike
 * symbols make no difference. The check character (ISO/IEC 7064 MOD 37-2) detects each wrong symbol, and each two symbols
 * that changed places.
 */
export function readReceiptNumber(text: string): ReadReceiptNumber {
  const written = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\p{Cf}\p{Pd}\u2212\s._]/gu, '')
    .replace(/[ILOU]/g, (symbol) => lookAlikes[symbol]!);
  if (!form.test(written)) return { fault: 'FORM' };
  const body = [...written.slice(0, -1)].reduce((sum, symbol) => ((sum + valueOf(symbol)) * 2) % 37, 0);
  if ((body + valueOf(written.slice(-1))) % 37 !== 1) return { fault: 'CHECK' };
  return { number: [written.slice(0, 3), written.slice(3, 6), written.slice(6)].join('-') };
}

const valueOf = (symbol: string) => symbols.indexOf(symbol);
