import type { RoleDatabase } from '#libs/db';
import { arrivalsByHour, endsByHour, timeToCertificate, type Period } from '#libs/db/reissues';
import { endCodes, koreanDayOf, nextKoreanDay } from '#libs/domain';
import type { ShownFigures } from './schemas.js';

type DayFigures = ShownFigures['days'][number];
interface ReadDay {
  readonly shown: DayFigures;
  readonly hours: ShownFigures['hours'];
}

/** Days that are shown. */
const shownDays = 14;
const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;

/**
 * The figures of days. Each day is read by its own range of an index. A day that has ended is read once, because its
 * figures change no more.
 */
export class DayFiguresReader {
  private readonly ended = new Map<string, ReadDay>();

  constructor(private readonly db: RoleDatabase<'ops'>) {}

  /** The last days, oldest first; the last one is the day of `now`. */
  async read(now: Date): Promise<ReadDay[]> {
    const days: ReadDay[] = [];
    // One after the other, so that one reader takes one connection.
    for (let back = shownDays - 1; back >= 0; back -= 1) days.push(await this.day(now, back));
    for (const day of this.ended.keys())
      if (days.every(({ shown }) => shown.day !== day)) this.ended.delete(day);
    return days;
  }

  private async day(now: Date, back: number): Promise<ReadDay> {
    const to = new Date(nextKoreanDay(now).getTime() - back * dayMs);
    const from = new Date(to.getTime() - dayMs);
    const name = koreanDayOf(from);
    const known = this.ended.get(name);
    if (known) return known;
    const read = await readDay(this.db, name, { from, to });
    if (to <= now) this.ended.set(name, read);
    return read;
  }
}

async function readDay(db: RoleDatabase<'ops'>, day: string, period: Period): Promise<ReadDay> {
  const arrivals = await arrivalsByHour(db, period);
  const ends = await endsByHour(db, period);
  const toCertificateMs = await timeToCertificate(db, period);
  const sum = (of: readonly { readonly reissues: number }[]) =>
    of.reduce((all, { reissues }) => all + reissues, 0);
  const registered = ends.filter(({ state }) => state === 'REGISTERED');
  const hours = Array.from({ length: dayMs / hourMs }, (_, hour) => {
    const at = new Date(period.from.getTime() + hour * hourMs);
    const within = <Of extends { readonly hour: Date }>(of: readonly Of[]) =>
      of.filter((one) => one.hour.getTime() === at.getTime());
    return { hour: at.toISOString(), arrivals: sum(within(arrivals)), registered: sum(within(registered)) };
  });
  const ended = endCodes
    .map((code) => ({ code, reissues: sum(ends.filter((one) => one.code === code)) }))
    .filter(({ reissues }) => reissues > 0)
    .toSorted((one, other) => other.reissues - one.reissues);
  return {
    shown: { day, arrivals: sum(arrivals), registered: sum(registered), ended, toCertificateMs },
    hours,
  };
}
