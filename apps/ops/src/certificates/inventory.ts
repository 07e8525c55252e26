import { Injectable } from '@nestjs/common';
import {
  countInventory,
  expiringByDay,
  inventoryCountLimit,
  inventoryParts,
  issuedByDay,
} from '#libs/db/certificates';
import { koreanDayOf, startOfKoreanDay } from '#libs/domain';
import { z } from 'zod';
import { OpsDependencies } from '../dependencies.js';
import { SharedReading } from '../shared-reading.js';

/** A certificate that expires within this number of calendar days expires soon. */
const soonDays = 30;
const issuedDays = 14;
const sharedForMs = 60_000;

const days = z.array(
  z.object({ day: z.iso.date().describe('Calendar day in Korea'), certificates: z.int() }),
);

export const inventorySchema = z
  .object({
    at: z.iso.datetime(),
    parts: z.array(
      z.object({
        part: z.enum(inventoryParts),
        certificates: z.int(),
        exact: z.boolean().describe('false: there are more; counting stopped'),
      }),
    ),
    issued: days.describe(`Certificates that the CA issued, on each of the last ${issuedDays} days`),
    expiring: days.describe(`Valid certificates that expire, on each of the next ${soonDays} days`),
  })
  .meta({ id: 'CertificateInventory' });
type ShownInventory = z.output<typeof inventorySchema>;

/** The times that bound the parts of the inventory. */
export const inventoryTimes = (now: Date) => ({ now, soon: startOfKoreanDay(now, soonDays + 1) });

/** The certificates by status, by the day of their issuance and by the day of their expiry. */
@Injectable()
export class Inventory {
  private readonly shared: SharedReading<ShownInventory>;

  constructor(private readonly dependencies: OpsDependencies) {
    this.shared = new SharedReading(sharedForMs, (now) => this.read(now));
  }

  show(): Promise<ShownInventory> {
    return this.shared.at(this.dependencies.clock());
  }

  private async read(now: Date): Promise<ShownInventory> {
    const { db } = this.dependencies;
    const times = inventoryTimes(now);
    // One after the other, so that one reader takes one connection.
    const parts = await countInventory(db, times);
    const issued = await issuedByDay(db, startOfKoreanDay(now, 1 - issuedDays));
    const expiring = await expiringByDay(db, times);
    const filled = (found: typeof issued, first: number, count: number) =>
      Array.from({ length: count }, (_, index) => {
        const day = koreanDayOf(startOfKoreanDay(now, first + index));
        return { day, certificates: found.find((one) => one.day === day)?.certificates ?? 0 };
      });
    return {
      at: now.toISOString(),
      parts: parts.map(({ part, certificates }) => ({
        part,
        certificates: Math.min(certificates, inventoryCountLimit),
        exact: certificates <= inventoryCountLimit,
      })),
      issued: filled(issued, 1 - issuedDays, issuedDays),
      expiring: filled(expiring, 0, soonDays + 1),
    };
  }
}
