import type { RoleDatabase, RoleTx } from '#libs/db';
import {
  findCustomerRrn,
  insertRrnAccesses,
  insertRrnAccessForVid,
  type StoredRrn,
  type NewRrn,
} from '#libs/db/customers';
import {
  newCustomerKey,
  openRegistryValue,
  rrnLookup,
  unwrapCustomerKey,
  type CustomerKey,
  type RegistryKeys,
} from '#libs/vault';

/** The label of a number sealed under its customer's key. */
export const rrnLabel = 'rrn';

/** Seals a number under a new key, for a customer without stored data. */
export function sealNewNumber(registryKeys: RegistryKeys, customerId: string, number: string): NewRrn {
  const key = newCustomerKey(customerId);
  return { customerId, key: key.wrap(registryKeys), ...sealNumber(registryKeys, key, number) };
}

/** Seals a number under its customer's key. */
export const sealNumber = (
  registryKeys: RegistryKeys,
  key: CustomerKey,
  number: string,
): Pick<NewRrn, 'sealed' | 'lookup'> => ({
  sealed: key.seal(rrnLabel, Buffer.from(number)),
  lookup: rrnLookup(registryKeys, number),
});

/** @throws {RegistrySealError} if its key is unknown, or the number is another customer's or damaged */
export function openNumber(registryKeys: RegistryKeys, customerId: string, kept: StoredRrn): string {
  return kept.sealedBy === 'REGISTRY'
    ? openRegistryValue(registryKeys, customerId, kept)
    : unwrapCustomerKey(registryKeys, customerId, kept.key).open(rrnLabel, kept.sealed).toString('utf8');
}

export interface NumberUse {
  readonly customerId: string;
  readonly customerRef: string;
  /** The process or operator that opens it. */
  readonly actor: string;
  /** The purpose, e.g. `VIRTUAL_ID`. */
  readonly purpose: string;
  readonly reissueId?: string;
  readonly at: Date;
}

/**
 * Permission to open one customer's number. It exists only after actor and purpose were recorded and committed, so that
 * the record stays even if opening fails later.
 */
export class NumberAccess {
  private constructor(private readonly customerId: string) {}

  /** @throws Error within a transaction, which could be rolled back */
  static async record(db: RoleDatabase<'worker'>, use: NumberUse): Promise<NumberAccess> {
    await recordNumberUses(db, [use]);
    return new NumberAccess(use.customerId);
  }

  /**
   * Records that the VID of a reissue's certificate is about to be computed.
   *
   * @returns undefined if the reissue needs no VID now
   * @throws Error within a transaction, which could be rolled back
   */
  static async recordForVid(
    db: RoleDatabase<'worker'>,
    reissueId: string,
    use: Pick<NumberUse, 'actor' | 'at'>,
  ): Promise<NumberAccess | undefined> {
    const customerId = await insertRrnAccessForVid(db, reissueId, { ...use, purpose: 'VIRTUAL_ID' });
    return customerId === undefined ? undefined : new NumberAccess(customerId);
  }

  /**
   * @returns undefined if no number is on file, or it was erased
   * @throws {RegistrySealError} as {@link openNumber} does
   */
  async open(
    db: RoleDatabase<'worker'> | RoleTx<'worker'>,
    registryKeys: RegistryKeys,
  ): Promise<string | undefined> {
    const kept = await findCustomerRrn(db, this.customerId);
    return kept && openNumber(registryKeys, this.customerId, kept);
  }
}

/** Records and commits that these numbers are about to be opened. */
export async function recordNumberUses(
  db: RoleDatabase<'worker'>,
  uses: readonly NumberUse[],
): Promise<void> {
  await insertRrnAccesses(
    db,
    uses.map(({ customerRef, actor, purpose, reissueId, at }) => ({
      ...{ customer_ref: customerRef, actor, purpose, reissue_id: reissueId ?? null, occurred_at: at },
    })),
  );
}
