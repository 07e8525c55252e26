/** The kinds of findings and their meanings. */
export const findingKinds = {
  UNREADABLE:
    'The file is not text or not JSON: it is damaged, incomplete or another file. This alone is no sign of tampering.',
  FORMAT_INVALID: 'The file does not have a format that this verifier reads.',
  SIGNATURE_INVALID: 'The content was changed after it was signed.',
  KEY_NOT_TRUSTED: 'The signing key is not in the trust file, or was not in use at that time.',
  CHECKPOINT_INVALID: 'A checkpoint is not valid.',
  ENTRY_ALTERED: 'The log has another entry at this position.',
  ENTRY_MISSING: 'An entry that was written is missing.',
  ENTRY_INSERTED: 'The log does not have this entry.',
  WRITER_NOT_ALLOWED: 'The database role that inserted an entry may not write such entries.',
  ENTRY_ORDER: 'The entries are not in the order in which they were written.',
  PROOF_INVALID: 'The proof that the entry is in the log is not valid.',
  LOG_TRUNCATED: 'The log is shorter than before: entries at its end were removed.',
  LOG_INCONSISTENT:
    'The log does not continue its earlier state: an earlier entry was changed, inserted or removed.',
  REISSUE_ALTERED: 'The stated facts of the reissue differ from the log.',
  STATUS_ALTERED: 'The stated status of a certificate differs from its status by the entries.',
  PERSONAL_ALTERED: 'The personal part is not the one that was recorded.',
  CONSENT_ALTERED: 'A consent differs from the recorded one.',
  CERTIFICATE_ALTERED: 'The certificate is not the one that was issued.',
  CHAIN_UNTRUSTED: 'The certificate was not issued by an authority in the trust file.',
  HISTORY_ALTERED: 'The history of the workflow is not the one that was archived.',
  PURGE_ALTERED: 'A purge removed other data than its entry states.',
  RECORD_MISSING: 'A record that an entry refers to is missing, and no purge entry explains it.',
  APPROVAL_INVALID: 'A person confirmed or approved an operation without a valid proof.',
  RECEIPT_INVALID: 'A receipt for consents is not valid.',
} as const;
export type FindingKind = keyof typeof findingKinds;

/** The position of an entry. */
export interface EntryPosition {
  readonly stream: string;
  readonly sequence?: number;
  readonly leafIndex?: number;
}

/** An error in the evidence. */
export interface EvidenceFinding {
  readonly kind: FindingKind;
  readonly entry?: EntryPosition;
  readonly message: string;
}

/** A statement that may be true, but that the evidence does not prove. */
export interface Unproven {
  readonly what:
    | 'ENTRY'
    | 'CHECKPOINT'
    | 'REISSUE'
    | 'STATUS'
    | 'PERSONAL'
    | 'CONSENT'
    | 'CERTIFICATE'
    | 'HISTORY'
    | 'RECEIPT'
    | 'APPROVAL';
  readonly entry?: EntryPosition;
  readonly message: string;
}

/** The result of a verification: valid if there are no findings. */
export interface EvidenceVerdict {
  readonly valid: boolean;
  readonly unproven: readonly Unproven[];
  readonly findings: readonly EvidenceFinding[];
}

/** Collects the results of a verification. */
export class FindingCollector {
  private readonly findings: EvidenceFinding[] = [];
  private readonly unproven: Unproven[] = [];

  finding(kind: FindingKind, message: string, entry?: EntryPosition): void {
    this.findings.push({ kind, ...(entry ? { entry } : {}), message });
  }

  notProven(what: Unproven['what'], message: string, entry?: EntryPosition): void {
    this.unproven.push({ what, ...(entry ? { entry } : {}), message });
  }

  verdict(): EvidenceVerdict {
    return { valid: this.findings.length === 0, unproven: this.unproven, findings: this.findings };
  }
}
