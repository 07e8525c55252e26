import type { DerReader } from '#libs/der';
import { extensionTypes } from './extension-types.js';
import type { ParsedCertificate } from './parsed-certificate.js';
import type { Intention, LintRule } from './rule.js';

/**
 * A check of the value of one extension. It passes if the extension is missing, because another rule requires all
 * extensions.
 *
 * @param read reads the value; it throws FormatError if the value has another form
 */
export function inExtension<T>(
  name: keyof typeof extensionTypes,
  read: (value: DerReader<Buffer>) => T,
  check: (found: T, intention: Intention, certificate: ParsedCertificate) => boolean,
): LintRule['check'] {
  const oid = extensionTypes[name];
  return (certificate, intention) => {
    const extension = certificate.extensions.find(({ type }) => type === oid);
    return !extension || check(extension.find(read), intention, certificate);
  };
}
