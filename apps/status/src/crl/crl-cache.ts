import type { RoleDatabase } from '#libs/db';
import { newestCrl } from '#libs/db/crls';
import { etagOf } from '../cacheable.js';
import type { Issuer } from '../issuers/issuers.js';

/** A CRL with its HTTP metadata. */
interface CachedCrl {
  /** DER. */
  readonly der: Buffer;
  readonly etag: string;
  readonly number: bigint;
  readonly thisUpdate: Date;
  /** Whether all earlier CRLs of the shard were made in earlier seconds. */
  readonly datesDiffer: boolean;
  readonly nextUpdate: Date;
}

interface Slot {
  crl: CachedCrl | undefined;
  /** Whether no newer one has been published since it was fetched. */
  current: boolean;
  /** Incremented when a newer one is published. */
  version: number;
  loading: { readonly version: number; readonly done: Promise<void> } | undefined;
}

/**
 * A cache of the newest CRLs. A CRL is fetched on the first request after its publication. While PostgreSQL is not
 * available, the last known CRL is served.
 */
export class CrlCache {
  private readonly slots = new Map<string, Slot>();

  /** @param isNotified whether notifications of new CRLs arrive: otherwise each request fetches the CRL */
  constructor(
    private readonly db: RoleDatabase<'status'>,
    private readonly isNotified: () => boolean,
  ) {}

  /**
   * The newest CRL of a shard; undefined if there is none.
   * @throws if it cannot be fetched and no earlier one is known
   */
  async newest(issuer: Issuer, shard: number): Promise<CachedCrl | undefined> {
    const slot = this.slot(issuer.keyId, shard);
    if (slot.current && this.isNotified()) return slot.crl;
    try {
      await this.load(slot, issuer, shard);
    } catch (error) {
      if (!slot.crl) throw error;
    }
    return slot.crl;
  }

  /** Fetches all CRLs that are not cached, so that they can be served without PostgreSQL. */
  async fill(issuers: readonly Issuer[]): Promise<void> {
    for (const issuer of issuers)
      for (let shard = 0; shard < issuer.crlShards; shard += 1) await this.newest(issuer, shard);
  }

  /** Marks the CRL of a shard as outdated. */
  invalidate(keyId: string, shard: number): void {
    const slot = this.slot(keyId, shard);
    slot.current = false;
    slot.version += 1;
  }

  /** Marks the CRLs of all shards as outdated. */
  invalidateAll(): void {
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

  /** Requests at the same time share one query, unless a newer CRL was published since it started. */
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

/** Dates in HTTP headers have whole seconds. */
const secondOf = (time: Date) => Math.floor(time.getTime() / 1000);
