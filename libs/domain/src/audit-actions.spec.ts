import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { auditActionText, authorityActions, reissueActions } from './index.js';

const page = readFileSync(join(import.meta.dirname, '../../audit/AUDIT.md'), 'utf8');
/** Rows of the two tables: action, English, Korean. */
const rows = page
  .slice(page.indexOf('## What is done to a reissue'), page.indexOf('## How long'))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const actions = Object.entries({ ...reissueActions, ...authorityActions });

describe('the vocabulary of the audit trail', () => {
  it.each(actions)('%s is documented, in both languages', (action, { ko, en }) => {
    expect(rows).toContainEqual([`\`${action}\``, en, ko]);
  });

  it('documents nothing else', () => {
    expect(rows).toHaveLength(actions.length);
  });

  it('names an action of a later version as it is, whatever it is called', () => {
    for (const action of ['splitCertificate', 'constructor', '__proto__'])
      expect(auditActionText(action)).toEqual({ ko: action, en: action });
  });
});
