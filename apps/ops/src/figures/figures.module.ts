import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { knownIssuers } from '#libs/db/certificates';
import { shardsOf } from '#libs/db/crls';
import { challengesByMethod, parkedBySystem } from '#libs/db/reissues';
import { identityMethods, parkableSteps, staffRoles } from '#libs/domain';
import { Documented } from '#libs/http';
import { Roles } from '../access/roles.js';
import { OpsDependencies } from '../dependencies.js';
import { SharedReading } from '../shared-reading.js';
import { DayFiguresReader } from './day-figures.js';
import { figures, systems, type ShownFigures } from './schemas.js';

/** All readers share figures of this age, in milliseconds. */
const sharedForMs = 10_000;
const hourMs = 60 * 60_000;
/** After this time a challenge that is not sent is a sign of trouble, in milliseconds. */
const patienceMs = 60_000;
const mostParked = 5_000;
const mostRecent = 5_000;
/** A CA is to be replaced when its certificate has this time left, in milliseconds. */
const expiresSoonMs = 90 * 24 * hourMs;
const hoursShown = 24;

@Injectable()
class Figures {
  private readonly days: DayFiguresReader;
  private readonly shared: SharedReading<ShownFigures>;

  constructor(private readonly dependencies: OpsDependencies) {
    this.days = new DayFiguresReader(dependencies.db);
    this.shared = new SharedReading(sharedForMs, (now) => this.read(now));
  }

  show(): Promise<ShownFigures> {
    return this.shared.at(this.dependencies.clock());
  }

  private async read(now: Date): Promise<ShownFigures> {
    const parked = await this.parked();
    const providers = await this.providers(now, parked);
    const issuers = await this.issuers(now);
    const days = await this.days.read(now);
    const hours = days
      .flatMap((day) => day.hours)
      .filter(({ hour }) => Date.parse(hour) <= now.getTime())
      .slice(-hoursShown);
    return { at: now.toISOString(), hours, days: days.map(({ shown }) => shown), parked, providers, issuers };
  }

  private async parked(): Promise<ShownFigures['parked']> {
    const counts = await parkedBySystem(this.dependencies.db, mostParked);
    return counts.flatMap(({ step, system, reissues, oldest }) => {
      const known = parkableSteps.find((one) => one === step);
      const shown = systems.find((one) => one === system) ?? null;
      return known ? [{ step: known, system: shown, reissues, oldest: oldest.toISOString() }] : [];
    });
  }

  private async providers(now: Date, parked: ShownFigures['parked']): Promise<ShownFigures['providers']> {
    const traffic = await challengesByMethod(this.dependencies.db, {
      since: new Date(now.getTime() - hourMs),
      unsentBefore: new Date(now.getTime() - patienceMs),
      most: mostRecent,
    });
    return identityMethods
      .filter((method) => method !== 'OLD_CERTIFICATE') // verified by Reseal itself
      .map((method) => {
        const none = { asked: 0, unsent: 0, accepted: 0 };
        const { asked, unsent, accepted } = traffic.find((one) => one.method === method) ?? none;
        const waiting = parked
          .filter(({ system }) => system === method)
          .reduce((sum, { reissues }) => sum + reissues, 0);
        const health = waiting > 0 || unsent > 0 ? 'TROUBLED' : asked > 0 ? 'GOOD' : 'IDLE';
        return { method, asked, unsent, accepted, parked: waiting, health };
      });
  }

  private async issuers(now: Date): Promise<ShownFigures['issuers']> {
    const { db } = this.dependencies;
    const current = (await knownIssuers(db)).filter(({ not_after: end }) => end > now);
    const shards = await shardsOf(
      db,
      current.map(({ subject }) => subject),
    );
    return current.map(({ subject, not_after: notAfter, retired_at: retired }) => {
      const own = shards.filter(({ issuer }) => issuer === subject);
      const earliest = (times: readonly (Date | null)[]) =>
        times.includes(null) || times.length === 0
          ? null
          : new Date(Math.min(...times.map((time) => time!.getTime())));
      const next = earliest(own.map(({ nextUpdate }) => nextUpdate));
      const late = next === null || next <= now;
      const soon = retired === null && notAfter.getTime() - now.getTime() < expiresSoonMs;
      return {
        ...{ issuer: subject, notAfter: notAfter.toISOString(), active: retired === null, crls: own.length },
        oldestCrl: earliest(own.map(({ thisUpdate }) => thisUpdate))?.toISOString() ?? null,
        nextCrl: next?.toISOString() ?? null,
        pendingCrls: own.filter(({ pending }) => pending).length,
        health: late ? 'CRL_LATE' : soon ? 'EXPIRES_SOON' : 'GOOD',
      };
    });
  }
}

@Controller('v1/figures')
@Roles(...staffRoles)
class FiguresController {
  constructor(private readonly figures: Figures) {}

  @Get()
  @Documented(
    'getFigures',
    'Get the figures of today and of the last days',
    { 200: figures },
    { description: 'Read from the database, at most every ten seconds. They name no reissue and no person.' },
  )
  show(): Promise<ShownFigures> {
    return this.figures.show();
  }
}

/** What goes on at a glance: arrivals, ends, times, parked reissues, and the health of other systems. */
@Module({ controllers: [FiguresController], providers: [Figures] })
export class FiguresModule {}
