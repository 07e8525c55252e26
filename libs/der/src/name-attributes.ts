/** Attribute types of distinguished names (RFC 4519), by their short names: in lower case, as joint certificates have them. */
export const nameAttributeTypes = {
  cn: '2.5.4.3',
  serialnumber: '2.5.4.5',
  c: '2.5.4.6',
  l: '2.5.4.7',
  st: '2.5.4.8',
  o: '2.5.4.10',
  ou: '2.5.4.11',
  email: '1.2.840.113549.1.9.1',
} as const;

/** One attribute of a distinguished name. */
export interface NameAttribute<Type extends string = string> {
  /** Its short name in {@link nameAttributeTypes}, or its object identifier if it has none there. */
  readonly type: Type;
  readonly value: string;
}
