export { authorityOverview } from './authority-overview.js';
export type { AuthorityOverview, CrlOverview } from './authority-overview.js';
export {
  shardsOf,
  lockShard,
  markPendingAsPublished,
  listedCertificates,
  insertCrl,
  latestCrl,
  newestCrl,
  crlByNumber,
  oldestPending,
} from './crls.js';
export type { CrlRow, ShardState } from './crls.js';
export { latestRootCrl, storeRootCrl } from './root-crls.js';
export type { RootCrlRow } from './root-crls.js';
