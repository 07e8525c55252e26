import { gzipSync } from 'node:zlib';
import { assembleEvidence, waitForCheckpoint, type EvidenceDependencies } from '#libs/audit-log';
import { insertEvidenceBundle } from '#libs/db/audit';

interface EvidenceRequest {
  /** Names the request: the same one again finds what was made. */
  readonly exportId: string;
  readonly reissueId: string;
  /** As the audit trail names them. */
  readonly requestedBy: string;
}

/** `MADE`: it lies in the table of bundles. `UNKNOWN`: there is no such reissue. */
type EvidenceAnswer = 'MADE' | 'UNKNOWN';

/** How long to wait for a checkpoint that covers everything, in milliseconds; without one the bundle says so itself. */
const waitMs = 15_000;

/** Makes evidence for those who have neither the keys of the audit nor what customers told. */
export function createEvidenceActivities(parts: EvidenceDependencies) {
  return {
    async assembleEvidence({ exportId, reissueId, requestedBy }: EvidenceRequest): Promise<EvidenceAnswer> {
      await waitForCheckpoint(parts.db, reissueId, waitMs);
      const bundle = await assembleEvidence(parts, reissueId);
      if (!bundle) return 'UNKNOWN';
      await insertEvidenceBundle(parts.db, {
        export_id: exportId,
        reissue_id: reissueId,
        requested_by: requestedBy,
        bundle: gzipSync(JSON.stringify(bundle)),
        made_at: parts.clock(),
      });
      return 'MADE';
    },
  };
}
export type EvidenceActivities = ReturnType<typeof createEvidenceActivities>;
