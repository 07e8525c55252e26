import type { LimitUse } from '#libs/rate-limit';
import type { VidCheckRequest } from './vid-check.js';

const dayMs = 86_400_000;
/** How many callers may use up their limit on one day before other callers are delayed. */
const callersAtOnce = 10;

/**
 * The limits that count a wrong check. One caller has `perDay` wrong checks, which do not reduce those of others. All
 * callers together have ten times as many, which bounds guesses about one certificate from many places. Beyond that, a
 * network without a wrong check within a week still has one.
 */
export function wrongCheckLimits(
  { serial, apiKeyName, callers }: Pick<VidCheckRequest, 'serial' | 'apiKeyName' | 'callers'>,
  perDay: number,
): LimitUse[][] {
  const use = (by: string, burst: number, lengthMs = dayMs): LimitUse => ({
    key: `vid-check/${serial}/${by}`,
    limit: { burst, everyMs: Math.ceil(lengthMs / burst) },
  });
  const names = callers ?? [apiKeyName];
  const mine = names.map((name) => use(`caller/${name}`, perDay));
  return [
    [...mine, use('all', callersAtOnce * perDay)],
    [...mine, use(`first-time/${names.at(-1)}`, 1, 7 * dayMs)],
  ];
}
