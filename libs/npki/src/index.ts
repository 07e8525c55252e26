export { checkVid, computeVirtualId, SHORTEST_RANDOM_NUMBER } from './vid.js';
export type { VidInput } from './vid.js';
export { encodeIdentifyData, identifyDataName, readIdentifyData, vidHashOids } from './identify-data.js';
export type { IdentifyData, VidHash } from './identify-data.js';
export {
  isEncryptedPrivateKey,
  NpkiKeyError,
  readPrivateKeyFile,
  writePrivateKeyFile,
} from './private-key-file.js';
export type { NewPrivateKeyFile, PrivateKeyFile, PrivateKeyForm } from './private-key-file.js';
export { NpkiUnsupportedError } from './unsupported.js';
export { findSigningPair, isForSignatures, isKeyOf } from './key-pair.js';
export type { HolderPair } from './key-pair.js';
export type { EncryptionForm } from './password-encryption.js';
export { writePkcs12 } from './pkcs12.js';
export type { NewPkcs12 } from './pkcs12.js';
export { readPkcs12 } from './pkcs12-reader.js';
export type { Pkcs12 } from './pkcs12-reader.js';
export { encodeCertificates, readCertificates } from './pkcs7.js';
export { CERTIFICATE_FILE, npkiFiles, npkiFolderName, npkiZip, PRIVATE_KEY_FILE } from './folder.js';
export type { NpkiFolder } from './folder.js';
export { readCertificateFields } from './x509.js';
export type { CertificateFields } from './x509.js';
