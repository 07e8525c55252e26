export { reissueCertificate } from './reissue-certificate/workflow.js';
export { reconcile } from './reconcile/workflow.js';
export { publishCrl } from './publish-crl/workflow.js';
export { releaseHolds } from './release-holds/workflow.js';
export { archive } from './archive/workflow.js';
export { retention } from './retention/workflow.js';
export { runOperation } from './run-operation/workflow.js';
