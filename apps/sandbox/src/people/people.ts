import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';
import { SandboxClock } from '../clock.js';
import { SandboxConfig } from '../config.js';
import { SandboxDatabase } from '../database.js';
import type { PersonTable } from '../database.js';
import { makePrivateKey } from './certificate-request.js';
import { renewalWindowEnd, toPerson } from './person.js';
import type { Holding, Person, PersonKind } from './person.js';
import { inventPerson } from './sample-person.js';

/** The sample people. Only enrolled ones are shown. */
@Injectable()
export class People {
  constructor(
    private readonly database: SandboxDatabase,
    private readonly clock: SandboxClock,
    private readonly config: SandboxConfig,
  ) {}

  /** People in the order of their creation. */
  async list(limit: number, holding?: Holding): Promise<Person[]> {
    const now = this.clock.now();
    const soon = renewalWindowEnd(now);
    const rows = await this.enrolled()
      .$if(holding === 'NONE', (query) => query.where('not_after', 'is', null))
      .$if(holding === 'EXPIRED', (query) => query.where('not_after', '<=', now))
      .$if(holding === 'EXPIRING', (query) =>
        query.where('not_after', '>', now).where('not_after', '<=', soon),
      )
      .$if(holding === 'VALID', (query) => query.where('not_after', '>', soon))
      .orderBy('number')
      .limit(limit)
      .execute();
    return rows.map((row) => toPerson(row, now));
  }

  async byIds(personIds: readonly string[]): Promise<Person[]> {
    const rows = await this.enrolled().where('person_id', 'in', personIds).orderBy('number').execute();
    return rows.map((row) => toPerson(row, this.clock.now()));
  }

  async findByMobile(mobile: string): Promise<Person | undefined> {
    const row = await this.enrolled().where('mobile', '=', mobile).executeTakeFirst();
    return row && toPerson(row, this.clock.now());
  }

  async findByRrn(rrn: string): Promise<Person | undefined> {
    const row = await this.enrolled().where('rrn', '=', rrn).executeTakeFirst();
    return row && toPerson(row, this.clock.now());
  }

  async findByAccount(bank: string, account: string): Promise<Person | undefined> {
    const row = await this.enrolled()
      .where('bank_code', '=', bank)
      .where('account_number', '=', account)
      .executeTakeFirst();
    return row && toPerson(row, this.clock.now());
  }

  /** Creates people with their keys, not yet enrolled. */
  async invent(
    holdings: readonly Holding[],
    { rrnOnFile = true, ...kind }: PersonKind,
  ): Promise<Selectable<PersonTable>[]> {
    const now = this.clock.now();
    const { rows } = await sql<{ number: number }>`
      select nextval('person_number')::integer as number from generate_series(1, ${holdings.length})
    `.execute(this.database);
    const people = await Promise.all(
      rows.map(async ({ number }, index): Promise<Insertable<PersonTable>> => {
        const holding = holdings[index]!;
        return {
          ...inventPerson(number, this.config.values.bankCode, holding, now, kind),
          private_key: holding === 'NONE' ? null : await makePrivateKey(),
          random: holding === 'NONE' ? null : randomBytes(20).toString('hex'),
          rrn_on_file: rrnOnFile,
        };
      }),
    );
    return this.database.insertInto('person').values(people).returningAll().execute();
  }

  /** The people whose enrolment is not complete. */
  async pending(limit: number): Promise<Selectable<PersonTable>[]> {
    return this.database
      .selectFrom('person')
      .selectAll()
      .where('state', '=', 'PENDING')
      .orderBy('number')
      .limit(limit)
      .execute();
  }

  /** Marks people as enrolled, with their old certificates. */
  async markEnrolled(people: readonly { personId: string; certificate: string | null }[]): Promise<void> {
    await sql`
      update person set state = 'ENROLLED', certificate = given.certificate
      from unnest(${people.map(({ personId }) => personId)}::uuid[], ${people.map(({ certificate }) => certificate)}::text[])
        as given (person_id, certificate)
      where person.person_id = given.person_id
    `.execute(this.database);
  }

  /** Lets the telecom companies say that the person's SIM was changed at this time. @returns false for an unknown person */
  async changeSim(personId: string, at: Date): Promise<boolean> {
    const changed = await this.database
      .updateTable('person')
      .set({ sim_changed_at: at })
      .where('person_id', '=', personId)
      .executeTakeFirst();
    return changed.numUpdatedRows > 0n;
  }

  private enrolled() {
    return this.database.selectFrom('person').selectAll().where('state', '=', 'ENROLLED');
  }
}
