import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SandboxDatabase } from '../database.js';

export const providerNames = ['telecom', 'telecom-2', 'one-won', 'document', 'risk', 'sms', 'smtp'] as const;
export type ProviderName = (typeof providerNames)[number];

/**
 * The fault of a provider:
 * - `slow`: does the work after `ms`, then answers;
 * - `late`: does the work at once, and answers after `ms`;
 * - `down`: answers 503 (451 over SMTP) and does nothing;
 * - `twice`: does the work twice at once, as a network that repeats a request would;
 * - `lost`: does the work, then drops the connection without an answer.
 */
export const faultModes = ['ok', 'slow', 'late', 'down', 'twice', 'lost'] as const;
type FaultMode = (typeof faultModes)[number];

export interface Fault {
  mode: FaultMode;
  /** How long `slow` and `late` wait, in milliseconds. */
  ms: number;
}

const noFault: Fault = { mode: 'ok', ms: 0 };

/** The faults that are switched on: in memory, because every provider call reads them, and in the database for a restart. */
@Injectable()
export class Faults {
  private readonly faults = new Map<ProviderName, Fault>();
  private readonly waiting = new Map<ProviderName, number>();

  constructor(private readonly database: SandboxDatabase) {}

  async onModuleInit(): Promise<void> {
    for (const row of await this.database.selectFrom('fault').selectAll().execute())
      this.faults.set(row.provider as ProviderName, { mode: row.mode as FaultMode, ms: row.ms });
  }

  of(provider: ProviderName): Fault {
    return this.faults.get(provider) ?? noFault;
  }

  /** Every provider with its fault. */
  all(): Record<ProviderName, Fault> {
    return Object.fromEntries(providerNames.map((provider) => [provider, this.of(provider)])) as Record<
      ProviderName,
      Fault
    >;
  }

  /** Lets a call wait as long as the fault says. */
  async wait(provider: ProviderName, { ms }: Fault): Promise<void> {
    this.waiting.set(provider, this.waitingCalls(provider) + 1);
    await delay(ms);
    this.waiting.set(provider, this.waitingCalls(provider) - 1);
  }

  /** How many calls of a provider wait now, those whose caller has gone included. */
  waitingCalls(provider: ProviderName): number {
    return this.waiting.get(provider) ?? 0;
  }

  async set(provider: ProviderName, fault: Fault): Promise<Fault> {
    await this.database
      .insertInto('fault')
      .values({ provider, ...fault })
      .onConflict((conflict) => conflict.column('provider').doUpdateSet(fault))
      .execute();
    this.faults.set(provider, fault);
    return fault;
  }
}
