import { parseArgs } from 'node:util';
import { revocationReasons, type ReasonToRevoke } from '#libs/domain';
import { CommandUsageError, type Command } from '../context.js';
import { changeOptions, changeStatuses } from '../status-changes.js';

export const revokeCommand: Command = {
  name: 'revoke',
  usage:
    'SERIAL…|--serials FILE|- --reason REASON [--invalidity-date ISO], or --operation OP_ID [--comment TEXT] [--json] [--confirm]',
  summary: 'revokes certificates for good; exits with 3 if some cannot be',

  async run(args, context) {
    const { values, positionals } = parseArgs({
      args,
      options: { ...changeOptions, reason: { type: 'string' }, 'invalidity-date': { type: 'string' } },
      allowPositionals: true,
    });
    const ask = () => {
      const invalidityDate = dateOf(values['invalidity-date'], context.clock());
      const reason = reasonOf(values.reason);
      return { act: 'revoke', reason, ...(invalidityDate ? { invalidityDate } : {}) } as const;
    };
    return changeStatuses(context, 'revoke', ask, positionals, values);
  },
};

function reasonOf(text: string | undefined): ReasonToRevoke {
  const reason = revocationReasons.find((known) => known === text);
  if (!reason) throw new CommandUsageError(`Give a --reason: ${revocationReasons.join(', ')}.`);
  return reason;
}

/** A moment with its time zone: a bare date would mean another one in Korea. */
const momentPattern = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function dateOf(text: string | undefined, now: Date): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  const day = momentPattern.exec(text)?.[1];
  if (!day || Number.isNaN(date.getTime()) || !isDay(day))
    throw new CommandUsageError('--invalidity-date is a moment like 2026-11-22T09:00:00+09:00.');
  if (date > now) throw new CommandUsageError('--invalidity-date lies in the future.');
  return date;
}

/** `new Date` takes 30 February for 2 March. */
const isDay = (day: string) => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
