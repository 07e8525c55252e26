import { nameAttributeTypes, tags, type NameAttribute } from '#libs/der';
import { readerOf, readerOfSingle } from './reader.js';

const shortNames: ReadonlyMap<string, string> = new Map(
  Object.entries(nameAttributeTypes).map(([name, oid]) => [oid, name]),
);

/** The attributes of a Name in DER, the most specific first: `cn=…`, …, `c=kr`. @throws {FormatError} if it is not a Name */
export function readName(name: Uint8Array): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  for (const relative of readerOfSingle(name, tags.sequence).elements())
    for (const pair of readerOf(relative.content).elements()) {
      const reader = readerOf(pair.content);
      const oid = reader.objectIdentifier();
      attributes.unshift({ type: shortNames.get(oid) ?? oid, value: reader.text() });
    }
  return attributes;
}

export const valueOf = (name: readonly NameAttribute[], type: string) =>
  name.find((attribute) => attribute.type === type)?.value;
