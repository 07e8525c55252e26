import { z } from 'zod';
import { oneLine } from '../one-line.js';

const timestamp = z.iso.datetime();

export const claimSchema = z
  .object({
    by: z.string().describe('Name in the audit trail'),
    since: timestamp,
    until: timestamp.describe('When the claim ends unless it is renewed; it also ends with the parking'),
  })
  .meta({ id: 'ReissueClaim' });

export const claimRequest = z
  .strictObject({
    takeOver: z.boolean().default(false).describe('Also if another operator has claimed the reissue'),
  })
  .meta({ id: 'ReissueClaimRequest' });

export const noteSchema = z
  .object({ by: z.string(), at: timestamp, text: z.string() })
  .meta({ id: 'ReissueNote' });

export const noteRequest = z
  .strictObject({
    text: oneLine
      .trim()
      .min(3)
      .max(500)
      .describe('For colleagues and the audit trail, which keeps it as it is; no personal data'),
  })
  .meta({ id: 'ReissueNoteRequest' });
