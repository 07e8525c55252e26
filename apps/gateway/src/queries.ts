import { topics } from '#libs/contracts';
import type { RoleDatabase } from '#libs/db';
import {
  certificateBySerial,
  certificatesOfReissue,
  chainOf,
  findVidCheck,
  storedCertificateOf,
} from '#libs/db/certificates';
import { eventsAfter } from '#libs/db/events';
import {
  accessStateOf,
  consentReceiptsOf,
  consentRecordsOf,
  findReissue,
  findStep,
  markDownloaded,
  putVaultItem,
  receiveCall,
  receivedRequest,
  revokeAccess,
  type ReissueRow,
} from '#libs/db/reissues';
import { useLimitsInTransaction, type LimitUse } from '#libs/rate-limit';
import { photoStoreIn } from './photos/photos.js';

/** The gateway's queries to PostgreSQL. */
export const gatewayQueries = (db: RoleDatabase<'gateway'>) => ({
  accessStateOf: (reissueId: string) => accessStateOf(db, reissueId),
  revokeAccess: (reissueId: string, revokedAt: Date, expiresAt: Date) =>
    revokeAccess(db, reissueId, revokedAt, expiresAt),
  useLimits: (uses: readonly LimitUse[], now: Date) => useLimitsInTransaction(db, uses, now),
  findReissue: (reissueId: string) => findReissue(db, reissueId),
  certificatesOfReissue: (row: ReissueRow) => certificatesOfReissue(db, row),
  findStep: (reissueId: string, updateId: string) => findStep(db, reissueId, updateId),
  findReceivedRequest: (reissueId: string, updateId: string) => receivedRequest(db, reissueId, updateId),
  receiveCall: (call: Parameters<typeof receiveCall>[1]) => receiveCall(db, call),
  putVaultItem: (item: Parameters<typeof putVaultItem>[1], envelope: Parameters<typeof putVaultItem>[2]) =>
    putVaultItem(db, item, envelope),
  storedCertificateOf: (reissueId: string) => storedCertificateOf(db, reissueId),
  chainOf: (issuer: string) => chainOf(db, issuer),
  markDownloaded: (reissueId: string, at: Date) => markDownloaded(db, reissueId, at),
  reissueEventsAfter: (reissueId: string, after: number) => eventsAfter(db, reissueId, topics.reissue, after),
  consentRecordsOf: (reissueId: string) => consentRecordsOf(db, reissueId),
  consentReceiptsOf: (reissueId: string) => consentReceiptsOf(db, reissueId),
  findVidCheck: (checkId: string) => findVidCheck(db, checkId),
  isIssued: async (serial: string) => (await certificateBySerial(db, serial))?.state === 'STORED',
  photos: photoStoreIn(db),
});

export type GatewayQueries = ReturnType<typeof gatewayQueries>;
