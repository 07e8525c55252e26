import type { RootCrlRow } from '#libs/db/crls';
import { etagOf } from './cacheable.js';

/** A root's CRL ready to be handed out. */
interface CachedRootCrl {
  readonly der: Buffer;
  readonly etag: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** The roots' CRLs: while PostgreSQL is away, the last one seen goes on being handed out. */
export class RootCrls {
  private readonly seen = new Map<string, CachedRootCrl>();

  constructor(private readonly latest: (rootKeyId: string) => Promise<RootCrlRow | undefined>) {}

  /**
   * The newest CRL of a root; undefined if there is none.
   * @throws if it cannot be fetched and was never seen
   */
  async newest(rootKeyId: string): Promise<CachedRootCrl | undefined> {
    try {
      const row = await this.latest(rootKeyId);
      if (row) this.seen.set(rootKeyId, cached(row));
    } catch (error) {
      if (!this.seen.has(rootKeyId)) throw error;
    }
    return this.seen.get(rootKeyId);
  }
}

const cached = ({ der, this_update, next_update }: RootCrlRow): CachedRootCrl => ({
  der,
  etag: etagOf(der),
  thisUpdate: this_update,
  nextUpdate: next_update,
});
