import { parseOptions } from '#libs/command-line';
import { revocationReasons, type ReasonToRevoke } from '#libs/domain';
import { CommandUsageError, type Command } from '../context.js';
import { changeOptions, changeStatuses } from '../status-changes.js';

export const revokeCommand: Command = {
  name: 'revoke',
  usage:
    'SERIAL…|--serials FILE|- --reason REASON [--invalidity-date ISO], or --operation OP_ID [--comment TEXT] [--json] [--confirm]',
  summary: 'revokes certificates permanently; exits with 3 if some cannot be revoked',

  async run(args, context) {
    const { values, positionals } = parseOptions({
      args,
      options: { ...changeOptions, reason: { type: 'string' }, 'invalidity-date': { type: 'string' } },
      allowPositionals: true,
    });
    const requestedChange = () => {
      const invalidityDate = dateOf(values['invalidity-date'], context.clock());
      const reason = reasonOf(values.reason);
      return { act: 'revoke', reason, ...(invalidityDate ? { invalidityDate } : {}) } as const;
    };
    return changeStatuses(context, 'revoke', requestedChange, positionals, values);
  },
};

function reasonOf(text: string | undefined): ReasonToRevoke {
  const reason = revocationReasons.find((known) => known === text);
  if (!reason) throw new CommandUsageError(`Give a --reason: ${revocationReasons.join(', ')}.`);
  return reason;
}

/** A time with its time zone, because a date alone means another time in Korea. */
const timePattern = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function dateOf(text: string | undefined, now: Date): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  const day = timePattern.exec(text)?.[1];
  if (!day || Number.isNaN(date.getTime()) || !isDay(day))
    throw new CommandUsageError('--invalidity-date must be a time such as 2026-11-22T09:00:00+09:00.');
  if (date > now) throw new CommandUsageError('--invalidity-date is in the future.');
  return date;
}

/** `new Date` accepts 30 February as 2 March. */
const isDay = (day: string) => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
