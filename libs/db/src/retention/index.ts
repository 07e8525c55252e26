export { unarchivedReissues, oldestUnarchived, insertArchive, markArchived } from './archive.js';
export { openReissueIdsOf, deletePhotosOf, eraseApplicantKeys } from './erasure.js';
export {
  purgeReissues,
  recordedPurges,
  recordsOfReissues,
  reissueRecordClasses,
  reissuesToPurge,
} from './retained-reissues.js';
export type { ReissueRecordClass } from './retained-reissues.js';
export { purgeDevices, purgeLeftPhotos, purgeIdentityDays, purgeNumberAccesses } from './retention.js';
export { missingRecords, purgedByAge, recordsOfAge, recordedAgePurges } from './retention-ranges.js';
export type { AgeRange, PurgedByAge, PurgedRecord } from './retention-ranges.js';
