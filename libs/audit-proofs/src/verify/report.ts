/** The kinds of findings and their meanings. */
export const findingKinds = {
  UNREADABLE:
    'It is not text, or not JSON: damaged, incomplete, or another file. That alone is no tampering.',
  FORMAT_INVALID: 'It is not what this verifier reads.',
  SIGNATURE_INVALID: 'What was signed is not what is here: it was changed after it was made.',
  KEY_NOT_TRUSTED: 'Signed by a key that the trust file does not have, or had not in use at that time.',
  CHECKPOINT_INVALID: 'A checkpoint does not hold.',
  ENTRY_ALTERED: 'The log has another entry in this place.',
  ENTRY_MISSING: 'An entry that was written is gone.',
  ENTRY_INSERTED: 'The log does not have this entry.',
  WRITER_NOT_ALLOWED: 'The role of the database that inserted an entry may not write such entries.',
  ENTRY_ORDER: 'Entries do not stand in the order in which they were written.',
  PROOF_INVALID: 'The proof that the entry is in the log does not hold.',
  LOG_TRUNCATED: 'The log is shorter than it was before: its tail was cut.',
  LOG_INCONSISTENT:
    'The log does not continue what it was before: something earlier was changed, inserted or removed.',
  REISSUE_ALTERED: 'What is said of the reissue is not what the log says.',
  STATUS_ALTERED: 'The status of a certificate is not what the entries made of it.',
  PERSONAL_ALTERED: 'The personal part is not the one that was recorded.',
  CONSENT_ALTERED: 'What was agreed to is not what was recorded.',
  CERTIFICATE_ALTERED: 'The certificate is not the one that was issued.',
  CHAIN_UNTRUSTED: 'The certificate was not issued by an authority that the trust file has.',
  HISTORY_ALTERED: 'The history of the workflow is not the one that was archived.',
  PURGE_ALTERED: 'A purge took something else than it says.',
  RECORD_MISSING: 'What an entry has the digest of, or is about, is gone, and no purge tells of it.',
  APPROVAL_INVALID: 'Who confirmed or approved an operation did not prove it.',
  RECEIPT_INVALID: 'A receipt for consents does not hold.',
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
