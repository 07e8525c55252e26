import type { CertificateDetail, OperationItemPage, Timeline, Verdict } from './generated/types.gen.js';

/** The API's schemas under the names that the console uses, and the parts that the document leaves unnamed. */
export type {
  AuditEntry,
  Authority,
  CertificateDetail,
  CertificateInventory,
  ConsoleConfig,
  Figures,
  Me,
  Operation,
  Parking,
  ReissueDetail,
  ReissueSummary,
  Verdict,
} from './generated/types.gen.js';

/** Deeply readonly: what the console builds and sends, or what the verifier in the browser returns. */
export type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

export type TimelineEntry = Timeline['items'][number];

export type OperationItem = OperationItemPage['items'][number];

/** An operation that named a reissue or a certificate. Only a reissue says who approved it. */
export type RelatedOperation = CertificateDetail['operations'][number] & {
  readonly approvedBy?: string | null;
};

/** The entry of the audit trail that a finding of the verifier is about. */
export type FindingEntry = NonNullable<Verdict['findings'][number]['entry']>;
