/**
 * The number that the customer enters on the receiving device: four digits for the box at the server, seven secret ones, and
 * a check digit, so that a typing error is found before it ends the transfer.
 */
export interface TransferNumber {
  readonly box: string;
  /** Made by the sending device. The server never gets it. */
  readonly secret: string;
}

const [boxDigits, secretDigits] = [4, 7];

export function newSecret(): string {
  const numbers = 10 ** secretDigits;
  // Values above the last multiple would make some numbers more likely than others.
  const limit = Math.floor(2 ** 32 / numbers) * numbers;
  for (;;) {
    const [random] = crypto.getRandomValues(new Uint32Array(1));
    if (random! < limit) return String(random! % numbers).padStart(secretDigits, '0');
  }
}

/** @returns twelve digits */
export function writeNumber({ box, secret }: TransferNumber): string {
  return box + secret + checkDigitOf(box + secret);
}

/** @param text with any spaces and hyphens @returns undefined if it is not such a number */
export function readNumber(text: string): TransferNumber | undefined {
  const digits = text.replace(/[\s-]/g, '');
  const [box, secret] = [digits.slice(0, boxDigits), digits.slice(boxDigits, -1)];
  if (!/^\d{12}$/.test(digits) || writeNumber({ box, secret }) !== digits) return undefined;
  return { box, secret };
}

/** In groups of four digits, as it is shown. */
export const grouped = (number: string): string => number.replace(/\d{4}(?=\d)/g, '$& ');

/** The Luhn algorithm (ISO/IEC 7812-1). */
function checkDigitOf(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}
