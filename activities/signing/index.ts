export { createSigningActivities } from './issue-certificate.js';
export { intentLifetimeMs } from './ports.js';
export type { IssueOutcome, SigningActivities, SigningPorts } from './ports.js';
export { createSampleActivities } from './sample-certificates.js';
export type { SampleActivities, SampleCertificate, SampleCertificateRequest } from './sample-certificates.js';
