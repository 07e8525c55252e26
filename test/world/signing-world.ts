import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createSampleActivities, createSigningActivities, type SigningPorts } from '#activities/signing';
import {
  createCertificateAuthority,
  openIssuingAuthority,
  personalBankProfile,
  soleAuthority,
  type KeyStore,
} from '#libs/ca';
import { loadTerms } from '#libs/terms';
import { createDatabase, type Database, inTransaction } from '#libs/db';
import { findReissue, updateReissue, type ReissueChanges, type ReissueRow } from '#libs/db/reissues';
import { insertReadyReissues } from '../bench/ready-reissues.js';
import { MovableClock } from './movable-clock.js';
import { asSpec, createTestDatabase } from './test-database.js';

/** The time at which these tests start. */
export const startTime = new Date('2026-11-05T03:04:05.678Z');

/** The signer's activities on a separate database, with reissues that wait for a signature. */
export type SigningWorld = Awaited<ReturnType<typeof createSigningWorld>>;

export async function createSigningWorld() {
  const database = await createTestDatabase();
  const opened: Database[] = [];
  const as = (role: 'owner' | 'signer' | 'worker') => {
    const db = createDatabase({ url: database.urlOf(role), ...asSpec });
    opened.push(db);
    return db;
  };
  const owner = as('owner');
  const clock = new MovableClock(startTime);
  const folder = mkdtempSync(join(tmpdir(), 'reseal-signing-'));
  const caDirectory = join(folder, 'ca');
  const passphrase = 'only for these specs';
  await createCertificateAuthority({
    statusUrl: 'http://status.reseal.test',
    directory: caDirectory,
    organisation: 'reseal-test',
    passphrase,
    now: startTime,
  });
  const authority = openIssuingAuthority(caDirectory, passphrase);
  const ports: SigningPorts = {
    db: as('signer'),
    authorities: soleAuthority(authority),
    profile: personalBankProfile({
      bank: { name: 'RESEAL', code: '999' },
      statusUrl: 'http://status.reseal.test',
    }),
    terms: loadTerms(),
    clock: clock.now,
    logger: pino({ level: 'silent' }),
  };
  /** Another signer, with some of its ports replaced. */
  const signer = (other: Partial<SigningPorts> = {}) => {
    const activities = createSigningActivities({ ...ports, ...other });
    return (reissueId: string) => activities.issueCertificate({ reissueId, updateId: 'u1' });
  };

  /** Changes the key of a reissue. */
  const useKey = async (
    reissueId: string,
    { csr, key_thumbprint }: Pick<ReissueRow, 'csr' | 'key_thumbprint'>,
  ) => {
    const ofReissue = ['reissue_id', '=', reissueId] as const;
    await owner
      .updateTable('reissue')
      .set({ csr, key_thumbprint })
      .where(...ofReissue)
      .execute();
    await owner
      .updateTable('vault_envelope')
      .set({ key_thumbprint })
      .where(...ofReissue)
      .execute();
  };

  /** Replaces the answers of a reissue by those of another customer. A recorded verdict cannot be changed. */
  const useCustomer = async (reissueId: string, customerId: string) => {
    const query = owner.selectFrom('customer').select('ci').where('customer_id', '=', customerId);
    const { ci } = await query.executeTakeFirstOrThrow();
    const tries = await owner
      .deleteFrom('identity_try')
      .where('reissue_id', '=', reissueId)
      .returningAll()
      .execute();
    await owner
      .insertInto('identity_try')
      .values(tries.map((tried) => ({ ...tried, ci })))
      .execute();
  };

  return {
    as,
    owner,
    clock,
    authority,
    caDirectory,
    passphrase,
    ports,
    signer,
    issue: signer(),
    samples: createSampleActivities(ports),
    /** The issuing CA with another way to sign. */
    signingWith: (sign: KeyStore['sign']) =>
      soleAuthority({ ...authority, keyStore: { ...authority.keyStore, sign } }),
    /** A reissue that is ready to be signed, with these changes. */
    async makeReissue(changes: ReissueChanges = {}) {
      const [reissueId] = await insertReadyReissues(owner, 1, { at: startTime, apiKeyName: 'spec' });
      await inTransaction(owner, (tx) =>
        updateReissue(tx, reissueId!, { updated_at: startTime, ...changes }),
      );
      const row = (await findReissue(owner, reissueId!))!;
      await useKey(reissueId!, row);
      if (changes.customer_id) await useCustomer(reissueId!, changes.customer_id);
      const { customer_id, csr, key_thumbprint } = row;
      return { reissueId: reissueId!, customerId: customer_id!, key: { csr, key_thumbprint } };
    },
    useKey,
    makeReissues: (count: number) => insertReadyReissues(owner, count, { at: startTime, apiKeyName: 'spec' }),
    certificatesOf: (reissueId: string) =>
      owner
        .selectFrom('certificate')
        .selectAll()
        .where('reissue_id', '=', reissueId)
        .orderBy('created_at')
        .orderBy('state')
        .execute(),
    /** The outcomes in a reissue's audit trail, in order. @throws if the trail has a gap */
    async auditOf(reissueId: string): Promise<string[]> {
      const query = owner.selectFrom('audit_entry').select(['sequence', 'outcome', 'reason']);
      const entries = await query.where('reissue_id', '=', reissueId).orderBy('sequence').execute();
      return entries.map(({ sequence, outcome, reason }, index) => {
        if (sequence !== index + 1) throw new Error('the audit trail has a gap');
        return reason ? `${outcome} ${reason}` : outcome;
      });
    },
    databaseUrl: database.urlOf('signer'),
    async close(): Promise<void> {
      await Promise.all(opened.map((db) => db.destroy()));
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}
