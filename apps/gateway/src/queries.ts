import { topics } from '#libs/contracts';
import type { RoleDatabase } from '#libs/db';
import { certificateBySerial, downloadableCertificateOf, findVidCheck } from '#libs/db/certificates';
import { eventsAfter } from '#libs/db/events';
import { openChallengesOf } from '#libs/db/identity';
import {
  callStateOf,
  consentReceiptsOf,
  consentRecordsOf,
  findStep,
  markDownloaded,
  receiveCall,
  receivedRequest,
  revokeAccess,
  type NewCall,
} from '#libs/db/reissues';
import { useLimits, type LimitUse } from '#libs/rate-limit';
import { photoStoreIn } from './photos/photos.js';
import { transferStoreIn } from './transfers/transfer-store.js';

/** The gateway's queries to PostgreSQL. */
export const gatewayQueries = (db: RoleDatabase<'gateway'>) => ({
  callStateOf: (reissueId: string, updateId: string) => callStateOf(db, reissueId, updateId),
  openChallengesOf: (reissueId: string) => openChallengesOf(db, reissueId),
  revokeAccess: (reissueId: string, revokedAt: Date, expiresAt: Date) =>
    revokeAccess(db, reissueId, revokedAt, expiresAt),
  useLimits: (uses: readonly LimitUse[], now: Date) => useLimits(db, uses, now),
  findStep: (reissueId: string, updateId: string) => findStep(db, reissueId, updateId),
  findReceivedRequest: (reissueId: string, updateId: string) => receivedRequest(db, reissueId, updateId),
  receiveCall: (call: NewCall) => receiveCall(db, call),
  downloadableCertificateOf: (reissueId: string) => downloadableCertificateOf(db, reissueId),
  markDownloaded: (reissueId: string, at: Date) => markDownloaded(db, reissueId, at),
  reissueEventsAfter: (reissueId: string, after: number) => eventsAfter(db, reissueId, topics.reissue, after),
  consentRecordsOf: (reissueId: string) => consentRecordsOf(db, reissueId),
  consentReceiptsOf: (reissueId: string) => consentReceiptsOf(db, reissueId),
  findVidCheck: (checkId: string) => findVidCheck(db, checkId),
  isIssued: async (serial: string) => (await certificateBySerial(db, serial))?.state === 'STORED',
  photos: photoStoreIn(db),
  transfers: transferStoreIn(db),
});

export type GatewayQueries = ReturnType<typeof gatewayQueries>;
