import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { repositoryFiles } from '../support/repository-files.js';

/** Words that CONTRIBUTING.md, “Language”, replaces by a noun or a plain verb. */
const avoided =
  /\b(nobody|somebody|whoever|anew|so many|of whom|themself|oneself|(?:is|are|was|were|be) told of|beside that)\b/gi;

/** Files in which such a word stays, with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md': 'lists the words',
  'test/contract/language.spec.ts': 'lists the words',
};

/** The user `nobody` of Unix, and the actor of forged rows in tests, in quotes of any kind. */
const quotedNobody = /(['"`])nobody\1/g;

/** Texts that never change (released migrations and documents, terms, recorded histories) or are generated from others. */
const fixedTexts =
  /^libs\/db\/migrations\/00(0\d|1[0-8])_|^libs\/terms\/documents\/|^test\/replay\/histories\/|released\/|generated\/|package-lock/;

const files = repositoryFiles([
  '.ts',
  '.tsx',
  '.mjs',
  '.js',
  '.cjs',
  '.md',
  '.sql',
  '.yaml',
  '.css',
  '.html',
  '.json',
]).filter((path) => !fixedTexts.test(path) && !(path in exceptions));

it('English texts avoid the words that CONTRIBUTING.md lists', () => {
  const found = files.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        (line.replace(quotedNobody, '').match(avoided) ?? []).map((word) => `${path}:${index + 1}: ${word}`),
      ),
  );
  expect(found).toEqual([]);
});
