import type { Client } from '@temporalio/client';
import { loadConfig, temporalConfig } from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { connectTemporalClient, createDataConverter } from '#libs/temporal';
import { z } from 'zod';
import { readAddresses, type Addresses } from './addresses.js';
import { databaseUrlOf, environmentOf } from './app-environment.js';
import { Customer } from './customer.js';
import { Gateway } from './gateway.js';
import type { KeyPair } from './key-pair.js';
import { Sandbox, type Holding, type Person } from './sandbox.js';

/** The stack that the tests run on: its public addresses, its database and Temporal. */
export interface RunningStack {
  readonly addresses: Addresses;
  readonly gateway: Gateway;
  readonly sandbox: Sandbox;
  /** With the owner's role. */
  readonly db: Database;
  /** Decodes payloads. */
  readonly temporal: Client;
  /** A new customer with a certificate of this kind. */
  newCustomer(holding?: Holding): Promise<Customer>;
  /** A customer for an existing person, by default with a new key. */
  customerFor(person: Person, key?: KeyPair): Promise<Customer>;
  close(): Promise<void>;
}

/** Creates clients of the stack that the environment names. They connect when they are used. */
export function connectToStack(): RunningStack {
  const addresses = readAddresses();
  const gateway = new Gateway(addresses.gateway);
  const sandbox = new Sandbox(addresses.sandbox);
  const db = createDatabase({ url: databaseUrlOf('owner'), applicationName: 'tests', max: 5 });
  const { codecKeys } = loadConfig(z.object(temporalConfig), environmentOf('gateway'));
  const temporal = connectTemporalClient({
    ...addresses.temporal,
    dataConverter: createDataConverter(codecKeys),
  });
  return {
    addresses,
    gateway,
    sandbox,
    db,
    temporal: temporal.client,
    newCustomer: async (holding = 'VALID') =>
      Customer.create(gateway, sandbox, await sandbox.makePerson(holding)),
    customerFor: (person, key) => Customer.create(gateway, sandbox, person, key),
    close: async () => {
      await Promise.all([db.destroy(), temporal.close()]);
    },
  };
}
