export { checkVid, computeVirtualId, SHORTEST_RANDOM_NUMBER } from './vid.js';
export { encodeIdentifyData, identifyDataName, readIdentifyData, vidHashOids } from './identify-data.js';
export type { VidHash } from './identify-data.js';
export {
  isEncryptedPrivateKey,
  NpkiKeyError,
  readPrivateKeyFile,
  writePrivateKeyFile,
} from './private-key-file.js';
export type { PrivateKeyFile } from './private-key-file.js';
export { NpkiUnsupportedError } from './unsupported.js';
export { isForSignatures, isKeyOf } from './key-pair.js';
export { writePkcs12 } from './pkcs12.js';
export { readPkcs12 } from './pkcs12-reader.js';
export { encodeCertificates, readCertificates } from './pkcs7.js';
export { CERTIFICATE_FILE, npkiFiles, npkiFolderName, npkiZip, PRIVATE_KEY_FILE } from './folder.js';
export { readCertificateFields } from './x509.js';
