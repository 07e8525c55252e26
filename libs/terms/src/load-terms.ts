import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/config';
import canonicalize from 'canonicalize';
import { parseTermsDocument, termsLocales, type TermsDocument, type TermsLocale } from './terms-document.js';

/** Every version of all terms in every language, including versions that are not in force. */
export type TermsCatalogue = readonly TermsDocument[];

const fileName = /^(?<version>\d{4}-\d{2}(?:-\d{2})?)\.(?<locale>ko|en)\.md$/;

/**
 * Reads and checks every document `<termsId>/<version>.<locale>.md` under `directory` at start. Each version must exist in
 * all languages, equal in everything but title and text.
 *
 * @throws Error that names every problem of every document
 */
export function loadTerms(directory: string = join(projectRoot(), 'libs/terms/documents')): TermsCatalogue {
  const problems: string[] = [];
  const documents: TermsDocument[] = [];
  for (const folder of readdirSync(directory, { withFileTypes: true })) {
    if (!folder.isDirectory()) {
      problems.push(`${folder.name} is not a folder named after its terms`);
      continue;
    }
    for (const file of readdirSync(join(directory, folder.name))) {
      try {
        documents.push(readDocument(directory, folder.name, file));
      } catch (error) {
        problems.push(`${folder.name}/${file} ${(error as Error).message}`);
      }
    }
  }
  if (documents.length === 0 && problems.length === 0) problems.push('there are none');
  // Only valid documents are compared: a missing language may be a document that could not be read.
  if (problems.length === 0) problems.push(...inconsistencies(documents));
  if (problems.length > 0) throw new Error(`terms documents in ${directory}: ${problems.join('; ')}`);
  return documents;
}

function readDocument(directory: string, termsId: string, file: string): TermsDocument {
  const { version, locale } = fileName.exec(file)?.groups ?? {};
  if (version === undefined) throw new Error('is not named <version>.<locale>.md');
  return parseTermsDocument(
    { termsId, version, locale: locale as TermsLocale },
    readFileSync(join(directory, termsId, file)),
  );
}

function inconsistencies(documents: TermsCatalogue): string[] {
  const versions = Map.groupBy(documents, ({ termsId, version }) => `${termsId}/${version}`);
  const problems = [...versions].flatMap(([name, translations]) => versionProblems(name, translations));

  const starts = new Map<string, string>();
  for (const [name, [first]] of versions) {
    const start = `${first?.termsId} ${first?.validFrom.toISOString()}`;
    const other = starts.get(start);
    if (other) problems.push(`${other} and ${name} have the same validFrom`);
    starts.set(start, name);
  }
  return problems;
}

function versionProblems(name: string, translations: TermsCatalogue): string[] {
  const missing = termsLocales.filter(
    (locale) => !translations.some((document) => document.locale === locale),
  );
  if (missing.length > 0) return [`${name} is missing in ${missing.join(', ')}`];

  const differs = (value: (document: TermsDocument) => unknown) => new Set(translations.map(value)).size > 1;
  const problems: string[] = [];
  if (differs(({ stage }) => stage)) problems.push(`${name} has different stages`);
  if (differs(({ mandatory }) => mandatory)) problems.push(`${name} is mandatory in one language only`);
  if (differs(({ validFrom }) => validFrom.getTime())) problems.push(`${name} has different validFrom dates`);
  if (differs(({ retention }) => canonicalize(retention)))
    problems.push(`${name} promises different periods`);
  if (differs(({ links }) => links)) problems.push(`${name} allows links in one language only`);
  // The digest alone identifies the language of a consent.
  if (!differs(({ digest }) => digest)) problems.push(`${name} has the same text in every language`);
  return problems;
}
