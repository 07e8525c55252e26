import { finalStates, states, type State } from '#libs/domain';
import { authorityStream, type LoggedEntry } from './entry.js';

/** The facts of a reissue in its entries, each with its entry; undefined if no entry has the fact. */
export interface RecordedReissue {
  readonly opened: LoggedEntry | undefined;
  /** The last entry with a state. */
  readonly moved: { readonly entry: LoggedEntry; readonly state: State } | undefined;
  /** The first entry with a final state. */
  readonly ended: LoggedEntry | undefined;
  readonly issued: LoggedEntry | undefined;
  readonly registered: LoggedEntry | undefined;
  readonly archived: LoggedEntry | undefined;
}

/** The status of a certificate. Times are ISO 8601. */
export interface RecordedStatus {
  readonly revokedAt: string | null;
  readonly revocationReason: string | null;
  readonly holdAt: string | null;
  readonly invalidityDate: string | null;
}

const endActs: ReadonlySet<string> = new Set([
  'cancel',
  'stop',
  'expire',
  'abandon',
  'withdraw',
  'supersede',
]);

/** Actions that put a certificate in force: the proof of registration, or the recovery after a restore. */
const registrations: ReadonlySet<string> = new Set(['proveRegistration', 'recover']);

/**
 * Replays the entries of a reissue.
 *
 * @param entries of its own stream, in their order
 */
export function replayReissue(entries: readonly LoggedEntry[]): RecordedReissue {
  const moves = entries.flatMap((entry) => {
    const state = stateAfter(entry);
    return state ? { entry, state } : [];
  });
  return {
    opened: entries.find(({ action, outcome }) => action === 'open' && outcome === 'OPENED'),
    moved: moves.at(-1),
    ended: moves.find(({ state }) => (finalStates as readonly State[]).includes(state))?.entry,
    issued: entries.findLast(
      ({ action, outcome, details }) =>
        (action === 'issue' && outcome === 'ISSUED') || (action === 'recover' && 'serial' in details),
    ),
    registered: moves.find(({ entry, state }) => registrations.has(entry.action) && state === 'REGISTERED')
      ?.entry,
    archived: entries.findLast(({ action }) => action === 'archiveHistory'),
  };
}

/** The state of the reissue after an entry; undefined if the entry does not change it. */
function stateAfter({ action, outcome, details }: LoggedEntry): State | undefined {
  const named = details['state'];
  if (isState(named)) return named;
  if (endActs.has(action)) return isState(outcome) ? outcome : undefined;
  switch (`${action} ${outcome}`) {
    case 'open OPENED':
      return 'IDENTITY_REQUIRED';
    case 'identity VERIFIED':
      return 'PASSWORD_REQUIRED';
    case 'identity REJECTED':
      return 'REJECTED';
    case 'password PROVED':
      return 'CONSENT_REQUIRED';
    case 'requestCertificate ACCEPTED':
      return 'ISSUING';
    case 'issue ISSUED':
      return 'ISSUED';
    default:
      return undefined;
  }
}

const isState = (value: unknown): value is State => (states as readonly unknown[]).includes(value);

/**
 * Replays the status changes of a certificate, in reissues and outside. A revocation is final: later entries change nothing.
 *
 * @param entries that may be about it, in the order of the log
 */
export function replayStatus(serial: string, entries: readonly LoggedEntry[]): RecordedStatus {
  let status: RecordedStatus = {
    revokedAt: null,
    revocationReason: null,
    holdAt: null,
    invalidityDate: null,
  };
  for (const entry of entries)
    if (status.revokedAt === null) status = { ...status, ...changeBy(entry, serial) };
  return status;
}

function changeBy(entry: LoggedEntry, serial: string): Partial<RecordedStatus> {
  const { action, outcome, reason, details, occurredAt } = entry;
  if (endActs.has(action))
    return names(details['revoked'], serial) || names(details['closed'], serial) ? closedBy(entry) : {};
  if (details['serial'] !== serial) return {};
  switch (`${action} ${outcome}`) {
    case 'signCertificate ABANDONED':
    case 'closeIntent ABANDONED':
      return closedBy(entry);
    case 'revoke DONE':
    case 'certificate.revoke DONE': {
      const since = details['invalidityDate'];
      return {
        revokedAt: occurredAt,
        revocationReason: reason,
        invalidityDate: typeof since === 'string' ? since : null,
      };
    }
    case 'hold DONE':
    case 'certificate.hold DONE':
      return { holdAt: occurredAt };
    case 'certificate.release DONE':
      return { holdAt: null };
    default:
      return {};
  }
}

const closedBy = ({ occurredAt }: LoggedEntry) => ({
  revokedAt: occurredAt,
  revocationReason: 'cessationOfOperation',
});

const names = (list: unknown, name: string) => Array.isArray(list) && list.includes(name);

/**
 * Whether an entry records that the data of another entry was purged: all data of its reissue, or, in earlier purges, all
 * records of this class and age.
 */
export function recordsPurgeOf(
  { stream, action, outcome, details }: LoggedEntry,
  recordClass: 'personalDetails' | 'histories',
  purged: Pick<LoggedEntry, 'stream' | 'occurredAt'>,
): boolean {
  const at = purged.occurredAt;
  const time = (value: unknown) => (typeof value === 'string' ? Date.parse(value) : Number.NaN);
  return (
    stream === authorityStream &&
    action === 'purge' &&
    outcome === 'DONE' &&
    (names(details['reissueIds'], purged.stream) ||
      (details['recordClass'] === recordClass &&
        time(details['from']) <= Date.parse(at) &&
        Date.parse(at) < time(details['before'])))
  );
}
