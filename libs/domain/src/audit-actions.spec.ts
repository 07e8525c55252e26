import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { auditActionText, auditWriters, authorityActions, mayWrite, reissueActions } from './index.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/auditing.md'), 'utf8');
/** Rows of the two tables: action, English, Korean. */
const rows = page
  .slice(page.indexOf('## Actions in a reissue'), page.indexOf('## How long'))
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
  it.each(actions)('The action %s is documented in both languages', (action, { ko, en }) => {
    expect(rows).toContainEqual([`\`${action}\``, en, ko]);
  });

  it('The documentation has no other action', () => {
    expect(rows).toHaveLength(actions.length);
  });

  it('auditActionText returns an unknown action unchanged, even if it is the name of an object member', () => {
    for (const action of ['splitCertificate', 'constructor', '__proto__'])
      expect(auditActionText(action)).toEqual({ ko: action, en: action });
  });
});

describe('the writers of the audit trail', () => {
  it.each(actions)('The action %s is written by a database role', (action) => {
    expect(Object.values(auditWriters).some((own) => Object.hasOwn(own, action))).toBe(true);
  });

  it.each<[string, string, string, boolean]>([
    ['reseal_ops', 'approve', 'staff:april', true],
    ['reseal_ops', 'approve', 'staff:', false],
    ['reseal_ops', 'approve', 'april', false],
    ['reseal_ops', 'runOperation', 'staff:april', false],
    ['reseal_gateway', 'startProcess', 'gateway', true],
    ['reseal_gateway', 'startProcess', 'status', false],
    ['reseal_owner', 'startProcess', 'worker', false],
    ['__proto__', 'constructor', 'name', false],
  ])('The role %s writes %s with the actor %s: %s', (role, action, actor, allowed) => {
    expect(mayWrite(role, action, actor)).toBe(allowed);
  });
});
