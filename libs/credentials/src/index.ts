export { credentialedFetch } from './credentialed-fetch.js';
export { databaseConnection, databaseFilesIn, withDatabaseFiles } from './database-url.js';
export { readAuthorities, readClientCertificate, readSecretText } from './pem.js';
export { watchCredentials } from './reloads.js';
export { SecretFile } from './secret-file.js';
export { readTokensByHost, TokensByHost } from './tokens-by-host.js';
export { hasTlsPaths, readTlsFiles, TlsFiles, tlsFilesOf } from './tls-files.js';
export type { TlsPaths } from './tls-files.js';
