import type { TermsCatalogue } from './load-terms.js';

/** The digest of every text that was ever published, by `<termsId>/<version>.<locale>`. */
export type PublishedDigests = Readonly<Record<string, string>>;

/**
 * Finds published texts that were changed or removed. Customers agreed to exactly those bytes.
 *
 * @returns a sentence for each text that says what to do; empty if all are unchanged
 */
export function changedTexts(catalogue: TermsCatalogue, published: PublishedDigests): string[] {
  const texts = new Map(
    catalogue.map((document) => [
      `${document.termsId}/${document.version}.${document.locale}`,
      document.digest,
    ]),
  );
  const changed = Object.entries(published).flatMap(([name, digest]) => {
    const now = texts.get(name);
    if (now === digest) return [];
    return now === undefined
      ? [`${name} was published and is missing: restore it, because customers agreed to it`]
      : [`${name} was changed after it was published: bring the old text back and add a new version`];
  });
  const unrecorded = [...texts]
    .filter(([name]) => !Object.hasOwn(published, name))
    .map(([name, digest]) => `${name} is not recorded: add "${name}": "${digest}" to digests.json`);
  return [...changed, ...unrecorded];
}

/**
 * Finds changes in the record of digests itself. Lines are only added; otherwise a text could be changed together with its
 * digest.
 *
 * @returns a sentence for each changed or removed line
 */
export function changedRecord(published: PublishedDigests, before: PublishedDigests): string[] {
  return Object.entries(before)
    .filter(([name, digest]) => published[name] !== digest)
    .map(([name, digest]) => `${name} was recorded as ${digest}: bring that line of digests.json back`);
}
