import { describe, expect, it } from '@jest/globals';
import { csvLine } from './export.js';

describe('a cell of the export', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
    'that a spreadsheet would run is a text: %j',
    (cell) => {
      const [, text] = /^"?(.*?)"?\r\n$/s.exec(csvLine([cell]))!;
      expect(text).toBe(`'${cell}`);
    },
  );

  it('that holds quotes, commas or lines stays one cell', () => {
    expect(csvLine(['a', 'b,c', 'd"e', 'f\ng'])).toBe('a,"b,c","d""e","f\ng"\r\n');
  });
});
