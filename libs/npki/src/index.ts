export { NpkiFormatError } from './der.js';
export { checkVid, computeVirtualId, SHORTEST_RANDOM_NUMBER } from './vid.js';
export type { VidInput } from './vid.js';
export { encodeIdentifyData, identifyDataName, readIdentifyData, vidHashOids } from './identify-data.js';
export type { IdentifyData, VidHash } from './identify-data.js';
