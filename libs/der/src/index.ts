export { FormatError } from './format-error.js';
export { constructed, constructedBit, primitive, tags } from './tags.js';
export type { Bytes } from './tags.js';
export { DerReader } from './reader.js';
export type { Element } from './reader.js';
export { der, derWriter } from './writer.js';
export { derOfFile, derOfText, pemBlocks, pemOf } from './pem.js';
export { nameAttributeTypes } from './name-attributes.js';
export type { NameAttribute } from './name-attributes.js';
