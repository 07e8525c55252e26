import type { DerReader } from '#libs/der';
import { extensionTypes } from './extension-types.js';
import type { ParsedCertificate } from './parsed-certificate.js';
import type { Intention, LintRule } from './rule.js';

/**
 * A check of what is in the value of one extension. Where there is no such extension it holds: that they are all
 * there is a rule of its own.
 *
 * @param read reads the value; it throws FormatError where that is not what it should be
 */
export function inExtension<T>(
  name: keyof typeof extensionTypes,
  read: (value: DerReader<Buffer>) => T,
  check: (found: T, intention: Intention, certificate: ParsedCertificate) => boolean,
): LintRule['check'] {
  const wanted = extensionTypes[name];
  return (certificate, intention) => {
    const extension = certificate.extensions.find(({ type }) => type === wanted);
    return !extension || check(extension.find(read), intention, certificate);
  };
}
