export { isOptionError, parseOptions } from './parse-options.js';
export { unknownName } from './unknown-name.js';
