import { gzipSync } from 'node:zlib';
import { assembleEvidence, waitForCheckpoint, type EvidenceDependencies } from '#libs/audit-log';
import { insertEvidenceBundle } from '#libs/db/audit';

interface EvidenceRequest {
  /** Id of the request. A repeated request finds the bundle of the first. */
  readonly exportId: string;
  readonly reissueId: string;
  /** The actor, as the audit trail names it. */
  readonly requestedBy: string;
}

/** `MADE`: the table of bundles has it. `UNKNOWN`: the reissue does not exist. */
type EvidenceAnswer = 'MADE' | 'UNKNOWN';

/** How long to wait for a checkpoint that covers all entries, in milliseconds. Without one the bundle states so. */
const waitMs = 15_000;

/** Assembles evidence for processes that have neither the audit key nor the customers' data. */
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
