export { checkVid, computeVirtualId, minRandomNumberBytes } from './vid.js';
export { encodeIdentifyData, identifyDataName, readIdentifyData, vidHashOids } from './identify-data.js';
export type { VidHash } from './identify-data.js';
export {
  defaultKeyForm,
  isEncryptedPrivateKey,
  NpkiKeyError,
  readPrivateKeyFile,
  writePrivateKeyFile,
} from './private-key-file.js';
export type { PrivateKeyFile } from './private-key-file.js';
export type { EncryptionForm } from './password-encryption.js';
export { NpkiUnsupportedError } from './unsupported.js';
export { isForSignatures, isKeyOf } from './key-pair.js';
export { writePkcs12 } from './pkcs12.js';
export { readPkcs12 } from './pkcs12-reader.js';
export { encodeCertificates, readCertificates } from './pkcs7.js';
export { certificateFileName, npkiFiles, npkiFolderName, npkiZip, privateKeyFileName } from './folder.js';
export { readCertificateFields } from './x509.js';
export { readName } from './distinguished-name.js';
