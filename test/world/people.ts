import { randomBytes, randomInt, randomUUID, X509Certificate } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { insertCustomerRrns } from '#libs/db/customers';
import { computeVirtualId } from '#libs/npki';
import { sealNewNumber } from '#libs/resident-numbers';
import { KeyPair } from '../support/key-pair.js';
import { day, hour, second } from './movable-clock.js';
import type { World } from './world.js';

export interface Person {
  /** Undefined for a person who is not a customer. */
  readonly customerId: string | undefined;
  readonly name: string;
  readonly mobile: string;
  /** On file at the bank; customers of these worlds have one. */
  readonly email?: string;
  readonly ci: string;
  /** 13 digits that no living person has: with a birth date in the 1890s. */
  readonly rrn: string;
  readonly account: string;
  readonly password: string;
  /** Serial of the certificate on file. */
  readonly oldSerial: string | undefined;
  /** The key of that certificate, and its DER. */
  readonly oldKey?: KeyPair;
  readonly oldCertificate?: Buffer;
  /** R of that certificate, hexadecimal. */
  readonly oldRandom: string;
}

export interface Enrolment {
  /** How many days the certificate on file is valid; negative if it has expired. */
  readonly certificateDays?: number | 'none';
  readonly withoutPassword?: boolean;
  readonly withoutRrn?: boolean;
  /** Instead of a fictional number. */
  readonly rrn?: string;
  /** The name at the bank and at the telecom company. */
  readonly name?: string;
}

/** The lowest cost that Argon2 allows, because these tests do not test its strength. */
export const cheapHashing = { memoryCost: 8, timeCost: 1, parallelism: 1 };
export const rightPassword = 'Certificate1!';
const verifier = hash(rightPassword, cheapHashing);

/** A resident number with a birth date in the 1890s. */
function fictionalRrn(): string {
  const [month, dayOfMonth] = [randomInt(1, 13), randomInt(1, 29)].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${randomInt(90, 100)}${month}${dayOfMonth}9${String(randomInt(1_000_000)).padStart(6, '0')}`;
}

/** A person whom only the telecom company knows. */
export function stranger(world: World, name = '홍가상'): Person {
  const person = {
    customerId: undefined,
    name,
    mobile: `0109${String(randomInt(10_000_000)).padStart(7, '0')}`,
    ci: randomBytes(64).toString('base64'),
    rrn: fictionalRrn(),
    account: `110${String(randomInt(1_000_000_000)).padStart(9, '0')}`,
    password: rightPassword,
    oldSerial: undefined,
    oldRandom: randomBytes(20).toString('hex'),
  };
  world.outside.telecom.knows(person, person.ci);
  world.outside.oneWon.knows(person, person.ci);
  world.outside.documents.knows(person, person.ci);
  return person;
}

/** A customer of the bank, by default with a certificate that is valid for another 200 days. */
export async function customer(world: World, enrolment: Enrolment = {}): Promise<Person> {
  const { certificateDays = 200, withoutPassword = false, withoutRrn = false } = enrolment;
  const unknown = stranger(world, enrolment.name);
  const person = {
    ...unknown,
    rrn: enrolment.rrn ?? unknown.rrn,
    customerId: randomUUID(),
    email: `${unknown.mobile}@customer.example`,
  };
  const now = world.clock.now();
  await world.owner
    .insertInto('customer')
    .values({
      customer_id: person.customerId,
      customer_ref: randomBytes(16).toString('hex'),
      ci: person.ci,
      name: person.name,
      mobile: person.mobile,
      email: person.email,
      bank_code: '999',
      account_number: person.account,
      created_at: now,
    })
    .execute();
  if (!withoutPassword)
    await world.owner
      .insertInto('password_credential')
      .values({ customer_id: person.customerId, verifier: await verifier, set_at: now })
      .execute();
  if (!withoutRrn) {
    const sealed = sealNewNumber(world.registryKeys, person.customerId, person.rrn);
    await insertCustomerRrns(world.owner, [sealed], now);
  }
  if (certificateDays === 'none') return person;

  const oldKey = await KeyPair.make();
  const [old] = await world.samples.issueSampleCertificates([
    {
      requestId: randomUUID(),
      customerId: person.customerId,
      subjectName: person.name,
      virtualId: Buffer.from(
        computeVirtualId({ idn: person.rrn, random: Buffer.from(person.oldRandom, 'hex') }),
      ).toString('hex'),
      csr: await oldKey.request(),
      notBefore: new Date(now.getTime() + (certificateDays - 365) * day).toISOString(),
      notAfter: lastEndOfDay(new Date(now.getTime() + certificateDays * day)).toISOString(),
    },
  ]);
  return { ...person, oldSerial: old!.serial, oldKey, oldCertificate: new X509Certificate(old!.pem).raw };
}

/** 14:59:59Z, which is 23:59:59 in Korea, when certificates expire. */
const endOfDayMs = 15 * hour - second;

/** The last end of a day in Korea before this time. */
function lastEndOfDay(moment: Date): Date {
  return new Date(Math.floor((moment.getTime() - endOfDayMs) / day) * day + endOfDayMs);
}
