import type { RoleDatabase } from '#libs/db';
import { newestCrl } from '#libs/db/crls';
import { etagOf } from '../cacheable.js';
import type { Issuer } from '../issuers.js';

/** A CRL ready to be handed out. */
interface CachedCrl {
  /** DER. */
  readonly der: Buffer;
  readonly etag: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  /** Whether those before it were made in earlier seconds. */
  readonly datesDiffer: boolean;
  readonly nextUpdate: Date;
}

interface Slot {
  crl: CachedCrl | undefined;
  /** Whether it is the newest, as far as has been announced. */
  current: boolean;
  /** Grows when a newer one is announced. */
  version: number;
  loading: { readonly version: number; readonly done: Promise<void> } | undefined;
}

/**
 * The newest CRLs in memory. Each is fetched when it is announced or first asked for; while PostgreSQL is away the last
 * one seen goes on being handed out, which is what CRLs are for.
 */
export class CrlCache {
  private readonly slots = new Map<string, Slot>();

  /** @param trustworthy whether new CRLs are heard of: while they are not, it is looked for them each time */
  constructor(
    private readonly db: RoleDatabase<'status'>,
    private readonly trustworthy: () => boolean,
  ) {}

  /**
   * The newest CRL of a shard; undefined if there is none.
   * @throws if it cannot be fetched and was never seen
   */
  async newest(issuer: Issuer, shard: number): Promise<CachedCrl | undefined> {
    const slot = this.slot(issuer.keyId, shard);
    if (slot.current && this.trustworthy()) return slot.crl;
    try {
      await this.load(slot, issuer, shard);
    } catch (error) {
      if (!slot.crl) throw error;
    }
    return slot.crl;
  }

  /** Fetches what is not there yet, so that it is there when PostgreSQL is not. */
  async fill(issuers: readonly Issuer[]): Promise<void> {
    for (const issuer of issuers)
      for (let shard = 0; shard < issuer.crlShards; shard += 1) await this.newest(issuer, shard);
  }

  /** There is a newer one of this shard. */
  announced(keyId: string, shard: number): void {
    const slot = this.slot(keyId, shard);
    slot.current = false;
    slot.version += 1;
  }

  /** There may be newer ones of every shard. */
  doubt(): void {
    for (const slot of this.slots.values()) {
      slot.current = false;
      slot.version += 1;
    }
  }

  private slot(keyId: string, shard: number): Slot {
    const key = `${keyId}/${shard}`;
    const slot = this.slots.get(key) ?? { crl: undefined, current: false, version: 0, loading: undefined };
    this.slots.set(key, slot);
    return slot;
  }

  /** Those who ask at the same time share one look, unless a newer one was announced since it began. */
  private load(slot: Slot, issuer: Issuer, shard: number): Promise<void> {
    const { version, loading } = slot;
    if (loading?.version === version) return loading.done;
    const done = this.fetch(slot, issuer, shard).finally(() => {
      if (slot.loading?.done === done) slot.loading = undefined;
    });
    slot.loading = { version, done };
    return done;
  }

  private async fetch(slot: Slot, issuer: Issuer, shard: number): Promise<void> {
    const { version } = slot;
    const row = await newestCrl(this.db, issuer.subject, shard);
    const number = BigInt(row?.number ?? 0);
    if (row && (!slot.crl || number > slot.crl.number))
      slot.crl = {
        der: row.der,
        etag: etagOf(row.der),
        number,
        thisUpdate: row.this_update,
        datesDiffer: row.earlier_update === null || secondOf(row.earlier_update) < secondOf(row.this_update),
        nextUpdate: row.next_update,
      };
    slot.current = slot.version === version;
  }
}

/** Dates in headers have whole seconds. */
const secondOf = (time: Date) => Math.floor(time.getTime() / 1000);
