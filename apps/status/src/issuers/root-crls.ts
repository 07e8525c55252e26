import type { RootCrlRow } from '#libs/db/crls';
import { etagOf } from '../cacheable.js';

/** A root's CRL with its HTTP metadata. */
interface CachedRootCrl {
  readonly der: Buffer;
  readonly etag: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** The roots' CRLs. While PostgreSQL is not available, the last known CRL is served. */
export class RootCrls {
  private readonly seen = new Map<string, CachedRootCrl>();

  constructor(private readonly latest: (rootKeyId: string) => Promise<RootCrlRow | undefined>) {}

  /**
   * The newest CRL of a root; undefined if there is none.
   * @throws if it cannot be fetched and no earlier one is known
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
