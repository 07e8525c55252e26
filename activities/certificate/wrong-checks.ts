import type { LimitUse } from '#libs/rate-limit';
import type { VidCheckRequest } from './vid-check.js';

const dayMs = 86_400_000;
/** How many callers may use up what they have on one day until others are delayed. */
const callersAtOnce = 10;

/**
 * By which a wrong check is counted. One caller may be wrong so often on a day, and no other caller is refused for
 * it. All callers together have ten times as much, which bounds what is guessed about one certificate from many places;
 * beyond it, a network from which nothing was wrong within a week still has one.
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
