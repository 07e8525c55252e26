import { describe, expect, it } from '@jest/globals';
import { csvLine } from './export.js';

describe('a CSV cell', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
    'A cell that a spreadsheet would run as a formula is exported as text: %j',
    (cell) => {
      const [, text] = /^"?(.*?)"?\r\n$/s.exec(csvLine([cell]))!;
      expect(text).toBe(`'${cell}`);
    },
  );

  it('A cell with quotes, commas or line breaks stays one cell', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\ng'])).toBe('a,"b,c","d""e","f\ng"\r\n');
  });
});
