import { DerReader } from '#libs/der';

const names: Record<number, string> = {
  0x01: 'BOOLEAN',
  0x02: 'INTEGER',
  0x03: 'BIT STRING',
  0x04: 'OCTET STRING',
  0x05: 'NULL',
  0x06: 'OBJECT',
  0x0c: 'UTF8STRING',
  0x13: 'PRINTABLESTRING',
  0x17: 'UTCTIME',
  0x18: 'GENERALIZEDTIME',
  0x30: 'SEQUENCE',
  0x31: 'SET',
};
const texts = [0x0c, 0x13, 0x17, 0x18];

/** Whether a value contains more DER, as those of extensions and keys do. */
const containsDer = (tag: number, content: Buffer) =>
  (tag === 0x04 && isOneSequence(content)) || (tag === 0x03 && isOneSequence(content.subarray(1)));

function isOneSequence(bytes: Buffer): boolean {
  try {
    return DerReader.ofSingle(bytes, 0x30).tag !== null;
  } catch {
    return false;
  }
}

/** DER as text, one line per value, indented by nesting, similar to `openssl asn1parse -i`. */
export function dump(bytes: Buffer, indent = ''): string {
  let text = '';
  for (const { tag, content, encoded } of new DerReader(bytes).elements()) {
    const name = names[tag] ?? `[${tag & 0x1f}]`;
    text += `${indent}${name} l=${content.length}${tag & 0x20 ? '' : valueOf(tag, encoded, content)}\n`;
    if (tag & 0x20) text += dump(content, `${indent}  `);
    else if (containsDer(tag, content)) text += dump(content.subarray(tag === 0x03 ? 1 : 0), `${indent}  `);
  }
  return text;
}

function valueOf(tag: number, whole: Buffer, content: Buffer): string {
  if (containsDer(tag, content) || content.length === 0) return '';
  if (tag === 0x06) return ` ${new DerReader(whole).objectIdentifier()}`;
  if (texts.includes(tag)) return ` ${content.toString('utf8')}`;
  if (tag === 0x86) return ` ${content.toString('latin1')}`;
  return ` ${content.toString('hex')}`;
}
