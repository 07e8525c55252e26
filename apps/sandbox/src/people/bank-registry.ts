import { randomBytes } from 'node:crypto';
import { inTransaction, type Database } from '#libs/db';
import { insertCustomerRrns } from '#libs/db/customers';
import type { Carrier } from '#libs/domain';
import { sealNewNumber } from '#libs/resident-numbers';
import type { RegistryKeys } from '#libs/vault';

export interface NewCustomer {
  /** Also the bank's own id, by which events of the bank name the customer. */
  customerId: string;
  ci: string;
  name: string;
  mobile: string;
  /** Carrier of the mobile number. */
  carrier: Carrier;
  email: string;
  bankCode: string;
  accountNumber: string;
  /** Resident registration number, 13 digits; undefined if the bank does not have it. */
  rrn: string | undefined;
  /** Argon2id verifier of the certificate password (PHC string). */
  verifier: string;
}

/** The bank's customer registry. The sandbox only adds customers. */
export class BankRegistry {
  constructor(
    private readonly database: Database,
    private readonly keys: RegistryKeys,
  ) {}

  /**
   * Inserts customers with their certificate passwords and their numbers, each sealed under the customer's own key.
   * Existing customers stay unchanged.
   */
  async enrol(customers: readonly NewCustomer[], now: Date): Promise<void> {
    await inTransaction(this.database, async (tx) => {
      await tx
        .insertInto('customer')
        .values(
          customers.map((customer) => ({
            customer_id: customer.customerId,
            bank_customer_id: customer.customerId,
            customer_ref: randomBytes(16).toString('hex'),
            ci: customer.ci,
            name: customer.name,
            mobile: customer.mobile,
            carrier: customer.carrier,
            email: customer.email,
            bank_code: customer.bankCode,
            account_number: customer.accountNumber,
            created_at: now,
          })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await tx
        .insertInto('password_credential')
        .values(
          customers.map(({ customerId, verifier }) => ({ customer_id: customerId, verifier, set_at: now })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const numbers = customers.flatMap(({ customerId, rrn }) =>
        rrn === undefined ? [] : [sealNewNumber(this.keys, customerId, rrn)],
      );
      await insertCustomerRrns(tx, numbers, now);
    });
  }

  async close(): Promise<void> {
    await this.database.destroy();
  }
}
