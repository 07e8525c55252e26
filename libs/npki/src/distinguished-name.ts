import { DerReader, readObjectIdentifier, readOne, readText, tags } from './der.js';

/** Short names as the folders of joint certificates have them: in lower case. */
const attributeNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'cn',
  '2.5.4.5': 'serialnumber',
  '2.5.4.6': 'c',
  '2.5.4.7': 'l',
  '2.5.4.8': 'st',
  '2.5.4.10': 'o',
  '2.5.4.11': 'ou',
  '1.2.840.113549.1.9.1': 'email',
};

/** One attribute of a name: its short name, or its object identifier where it has none here. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** The attributes of a Name in DER, the most specific first: `cn=…`, …, `c=kr`. @throws NpkiFormatError if it is none */
export function readName(name: Uint8Array): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  for (const relative of DerReader.of(readOne(name, tags.sequence)).rest())
    for (const pair of DerReader.of(relative).rest()) {
      const reader = DerReader.of(pair);
      const oid = readObjectIdentifier(reader.next());
      attributes.unshift({ type: attributeNames[oid] ?? oid, value: readText(reader.next()) });
    }
  return attributes;
}

export const valueOf = (name: readonly NameAttribute[], type: string) =>
  name.find((attribute) => attribute.type === type)?.value;
