import { finalStates, states, type State } from '#libs/domain';
import { authorityStream, type LoggedEntry } from './entry.js';

/** What the entries of a reissue say of it, and the entry that says so; what none says is undefined. */
export interface RecordedReissue {
  readonly opened: LoggedEntry | undefined;
  /** The last that says in which state it is. */
  readonly moved: { readonly entry: LoggedEntry; readonly state: State } | undefined;
  /** The first that says that it is over. */
  readonly ended: LoggedEntry | undefined;
  readonly issued: LoggedEntry | undefined;
  readonly registered: LoggedEntry | undefined;
  readonly archived: LoggedEntry | undefined;
}

/** Where a certificate stands. Times are ISO 8601. */
export interface RecordedStatus {
  readonly revokedAt: string | null;
  readonly revocationReason: string | null;
  readonly holdAt: string | null;
  readonly invalidityDate: string | null;
}

const endActs: ReadonlySet<string> = new Set(['cancel', 'expire', 'abandon', 'withdraw', 'supersede']);

/** What puts a certificate in force: its proof, or the recovery of one that was lost with a restored database. */
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

/** In which state an entry says that its reissue is; undefined where it says nothing of it. */
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
 * Replays what was done to a certificate, in reissues and outside of them. A revocation is final: what comes after it
 * changes nothing.
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
 * Whether an entry says that what belonged to another one was purged by rule: all of its reissue, or, as earlier purges
 * went, all records of this class and age.
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
