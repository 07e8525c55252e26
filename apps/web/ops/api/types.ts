import type {
  CertificateStatus,
  EndCode,
  OperationKind,
  OperationParameters,
  OperationSelection,
  OperationState,
  ParkableStep,
  ParkCode,
  Reason,
  State,
} from '#libs/domain';

/** What the console reads of the API's answers. Times are ISO 8601. */

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | null;
}

/** A text in both languages, or one that needs none. */
type Text = string | { readonly ko: string; readonly en: string };

export interface Reissue {
  readonly id: string;
  readonly state: State;
  readonly reason: Reason;
  readonly basis?: string | null;
  readonly customerRef?: string | null;
  readonly parked?: {
    readonly step: ParkableStep;
    readonly since: string;
    readonly code: ParkCode;
    readonly sequence?: number;
  } | null;
  readonly serial?: string | null;
  readonly endCode?: EndCode | null;
  readonly deadline?: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string | null;
}

/** An operation that named a reissue or a certificate. */
export interface OperationOnIt {
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly outcome: string | null;
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  readonly reason: string;
  readonly createdAt: string;
}

export interface ReissueDetail extends Reissue {
  readonly oldSerial: string | null;
  readonly milestones: { readonly downloadedAt: string | null; readonly archivedAt: string | null };
  readonly operations: readonly OperationOnIt[];
  readonly waitingFor?: {
    readonly who: 'customer' | 'operator' | 'system';
    readonly text: Text;
    readonly since: string;
    readonly until: string | null;
  } | null;
  readonly possible: readonly OperationKind[];
  readonly temporalUrl?: string | null;
}

export interface TimelineItem {
  readonly at: string;
  readonly kind: 'entry' | 'event' | 'notice' | 'activity' | 'timer' | 'operation';
  readonly actor: string;
  readonly code: string;
  readonly text: Text;
  readonly requestedBy?: string;
  readonly approvedBy?: string;
  readonly outcome: string | null;
  readonly reason: string | null;
  /** Of an activity: how often it was tried, and why the last try failed. */
  readonly attempts?: number;
  readonly error?: string;
  /** When a timer fires, or an activity is tried again. */
  readonly until?: string;
  readonly pending?: boolean;
  readonly details?: Readonly<Record<string, unknown>> | null;
}

export interface Timeline {
  readonly items: readonly TimelineItem[];
  /** Where activities and timers were read. */
  readonly process: 'RUNNING' | 'CLOSED' | 'ARCHIVED' | 'FORGOTTEN' | 'UNREACHABLE';
}

export interface Count {
  readonly count: number;
  readonly exact: boolean;
  readonly groups?: readonly { readonly value: string; readonly count: number; readonly exact: boolean }[];
}

export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly reason: string;
  readonly digest: string;
  readonly selection?: OperationSelection;
  readonly parameters?: OperationParameters;
  readonly items: number;
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  readonly createdAt: string;
  readonly confirmedAt?: string | null;
  readonly startedAt?: string | null;
  readonly endedAt?: string | null;
  readonly needsApproval: boolean;
  /** How many items are expected to come to what; of one operation only. */
  readonly planned?: Readonly<Record<string, number>>;
  /** How many items came to what. */
  readonly outcomes?: Readonly<Record<string, number>>;
  readonly approvals?: readonly {
    readonly decidedBy: string;
    readonly decision: 'APPROVED' | 'REJECTED';
    readonly comment?: string | null;
    readonly digest: string;
    readonly decidedAt: string;
  }[];
}

export interface OperationItem {
  readonly ordinal: number;
  readonly target: string;
  readonly plan: {
    /** The outcome if it were tried now, or why nothing would be done. */
    readonly expected: string;
    readonly acts: boolean;
    readonly step?: string;
    readonly code?: string;
    readonly finding?: string;
    readonly reissueId?: string;
  };
  readonly outcome?: string | null;
  readonly detail?: string | null;
  readonly notice?: 'SENT' | 'NO_CONTACT' | 'NOT_SENT' | null;
  readonly triedAt?: string | null;
}

export interface Certificate {
  readonly serial: string;
  readonly standing: CertificateStatus;
  readonly customerRef?: string | null;
  readonly reissueId?: string | null;
  readonly profile?: string | null;
  readonly policy?: string | null;
  readonly basis?: string | null;
  readonly issuer?: string | null;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly registeredAt?: string | null;
  readonly heldAt?: string | null;
  readonly revokedAt?: string | null;
  readonly revocationReason?: string | null;
  readonly possible: readonly OperationKind[];
  /** Only with one certificate. */
  readonly operations?: readonly OperationOnIt[];
}

export interface AuditEntry {
  readonly stream: string;
  readonly sequence: number;
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly reason?: string | null;
  readonly requestedBy: string | null;
  readonly approvedBy: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly occurredAt: string;
  readonly leafIndex?: number | null;
}

export interface Checkpoint {
  readonly size: number;
  readonly root: string;
  readonly time?: string;
  readonly madeAt?: string;
  readonly jws: string;
}

export interface Verdict {
  readonly valid: boolean;
  readonly unproven: readonly {
    readonly what: string;
    readonly message: string;
    readonly entry?: EntryPlace;
  }[];
  readonly findings: readonly {
    readonly kind: string;
    readonly message: string;
    readonly entry?: EntryPlace;
  }[];
}
export interface EntryPlace {
  readonly stream: string;
  readonly sequence?: number;
  readonly leafIndex?: number;
}
