export type { IdentityProvider, SendRequest, VerifyRequest, VerifyResult } from './identity-provider.js';
export { createDocumentProvider } from './document.js';
export { createOldCertificateProvider } from './old-certificate.js';
export { createOneWonProvider } from './one-won.js';
export { createTelecomProvider } from './telecom.js';
