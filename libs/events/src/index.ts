export { certificateEvent, reissueEvent } from './build.js';
export type { CertificateChange, ReissueChange } from './build.js';
