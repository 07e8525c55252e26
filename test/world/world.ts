import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pino } from 'pino';
import { PasswordHashing } from '#activities/password';
import { NotificationOutbox, type OutboxDependencies } from '#activities/notification';
import { createOldCertificateProvider } from '#activities/identity';
import { DirectCalls } from '#activities/step';
import { createSampleActivities, createSigningActivities, type SigningPorts } from '#activities/signing';
import {
  createCertificateAuthority,
  openIssuingAuthority,
  personalBankProfile,
  soleAuthority,
} from '#libs/ca';
import { sampleBank } from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { defaultDeadlines, defaultHoldMonths, defaultIdentityPolicy } from '#libs/domain';
import { defaultRiskPolicy } from '#libs/risk';
import { createPayloadCodec } from '#libs/temporal';
import { StopLinks } from '#libs/stop-links';
import { loadTerms, publicReceiptKeys, ReceiptSigner, type TermsCatalogue } from '#libs/terms';
import { importVaultKeys, publicVaultKeys } from '#libs/vault';
import { registerAuthorities } from '../../apps/signer/src/register-authorities.js';
import { createActivities, type WorkerDependencies } from '../../apps/worker/src/activities.js';
import { MovableClock } from './movable-clock.js';
import { OutsideWorld } from './outside-world.js';
import { cheapHashing } from './people.js';
import { asSpec, createTestDatabase, type Role } from './test-database.js';

// Other specs that run at the same time make these slow.
jest.setTimeout(120_000);

/** The time at which tests start by default. */
const startTime = new Date('2026-11-05T03:04:05.678Z');

/** Address of the customers' page. */
const pageUrl = 'https://reissue.bank.example';

/** Most tests do more about one person at one time than a rate limit allows. */
const unlimitedRate = { burst: 100_000, everyMs: 1 };
const unlimited: WorkerDependencies['identityRates'] = {
  personStarts: unlimitedRate,
  numberSends: unlimitedRate,
  accountSends: unlimitedRate,
  personTries: unlimitedRate,
  lockNotices: unlimitedRate,
};

/** The activities of worker and signer on a separate database, with fake providers and a movable clock. */
export type World = Awaited<ReturnType<typeof createWorld>>;

export async function createWorld(
  parts: Partial<WorkerDependencies> = {},
  signerParts: Pick<SigningPorts, 'journal'> = {},
) {
  const clock = new MovableClock(startTime);
  const outside = new OutsideWorld();
  const database = await createTestDatabase();
  const opened: Database[] = [];
  const as = (role: Role, max = 10) => {
    const keepPlans = role === 'worker' || role === 'signer'; // as their apps do
    const db = createDatabase({ url: database.urlOf(role), ...asSpec, max, keepPlans });
    opened.push(db);
    return db;
  };
  const owner = as('owner');
  const gateway = as('gateway', 4);
  const worker = as('worker', 20);
  const logger = pino({ level: 'silent' });

  const vaultKeys = newVaultKeys();
  const pseudonymKey = randomBytes(32);
  const registryKeys = { current: 'spec', keys: { spec: randomBytes(32) } };
  const receiptKeys = newReceiptKeys();
  const authority = await newAuthority();
  const terms = loadTerms();
  const signingPorts: SigningPorts = {
    ...signerParts,
    ...authority,
    db: as('signer'),
    terms,
    clock: clock.now,
    logger,
  };
  await registerAuthorities(as('signer'), authority.authorities, 16, startTime);
  const notifying = {
    db: worker,
    clock: clock.now,
    logger,
    ...outside.messenger,
    holdMonths: defaultHoldMonths,
    bank: sampleBank,
    stopLinks: new StopLinks(createSecretKey(pseudonymKey), pageUrl),
  };
  const newOutbox = (other: Partial<OutboxDependencies> = {}) =>
    new NotificationOutbox({ ...notifying, providerTimeoutMs: 5_000, ...other });
  const outbox = newOutbox();
  const workerParts: WorkerDependencies = {
    ...notifying,
    deadlines: defaultDeadlines,
    bank: sampleBank,
    policy: defaultIdentityPolicy,
    riskPolicy: defaultRiskPolicy,
    domesticNetworks: [],
    riskProvider: undefined,
    terms,
    receipts: await ReceiptSigner.create('urn:spec', receiptKeys),
    vaultKeys: await importVaultKeys(vaultKeys),
    registryKeys,
    pseudonymKey,
    webhooks: undefined,
    eventSource: '/reseal',
    providers: [
      outside.telecom,
      outside.oneWon,
      outside.documents,
      createOldCertificateProvider({ db: worker, clock: clock.now, expiredForDays: 365 }),
    ],
    identityRates: unlimited,
    retention: {
      years: { issuanceEvidence: 10, unissuedApplications: 5, accessRecords: 2 },
      deviceDays: 730,
    },
    expiry: {
      days: [30, 7, 1],
      pageUrl,
      perSecond: 1_000,
    },
    hashing: new PasswordHashing({ slots: 2, waiting: 1_000 }, cheapHashing),
    rememberedPasswords: 5,
    wrongVidChecksPerDay: 10,
    outbox,
    directCalls: new DirectCalls({ waitMs: 2_000, atOnce: 20 }),
    temporal: { workflow: unusable('Temporal') },
    auditKey: newAuditKey(),
    archiveAfterMs: 60_000,
    staffIssuer: { issuer: 'http://issuer.invalid', audience: 'reseal-console', rolesClaim: 'roles' },
    codec: createPayloadCodec({ current: 'spec', keys: { spec: randomBytes(32) } }),
    ...parts,
  };

  return {
    clock,
    outside,
    /** Connects with the rights of one role. */
    as,
    urlOf: database.urlOf,
    backUp: database.backUp,
    codec: workerParts.codec,
    /** Has all rights. */
    owner,
    gateway,
    terms: workerParts.terms,
    receiptKeys: publicReceiptKeys(receiptKeys),
    vaultKey: publicVaultKeys(vaultKeys).keys[0]!,
    /** The worker's keys for secrets and photos. */
    vaultKeys: workerParts.vaultKeys,
    registryKeys,
    activities: createActivities(workerParts),
    /** The same activities with some dependencies replaced, on the same database. */
    activitiesWith: (other: Partial<WorkerDependencies>) => createActivities({ ...workerParts, ...other }),
    signing: createSigningActivities(signingPorts),
    /** The signer's activities with other terms, on the same database. */
    signingWith: (other: { readonly terms: TermsCatalogue }) =>
      createSigningActivities({ ...signingPorts, ...other }),
    samples: createSampleActivities(signingPorts),
    /** The links by which customers stop a reissue. */
    stopLinks: workerParts.stopLinks,
    /** Sends the notifications. Nothing looks for those that are due but `sendDue`. */
    outbox,
    /** The outbox of another worker. */
    newOutbox,
    async close(): Promise<void> {
      await outbox.stop();
      await Promise.all(opened.map((db) => db.destroy()));
      await database.drop();
    },
  };
}

function newAuditKey() {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { kty: string };
  return { ...key, kid: 'audit-spec' };
}

function newReceiptKeys() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex') }] };
}

function newVaultKeys() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomBytes(8).toString('hex');
  return {
    keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'ECDH-ES+A256KW', use: 'enc' }],
  };
}

async function newAuthority() {
  const folder = mkdtempSync(join(tmpdir(), 'reseal-spec-'));
  const directory = join(folder, 'ca');
  const passphrase = 'only for these specs';
  try {
    await createCertificateAuthority({
      statusUrl: 'http://status.reseal.test',
      directory,
      organisation: 'reseal-test',
      passphrase,
      now: startTime,
    });
    return {
      authorities: soleAuthority(openIssuingAuthority(directory, passphrase)),
      profile: personalBankProfile({
        bank: { name: 'RESEAL', code: '999' },
        statusUrl: 'http://status.reseal.test',
      }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Stands for a dependency that a test never uses. */
function unusable(what: string): never {
  return new Proxy(
    {},
    {
      get() {
        throw new Error(`${what} is not available in this test`);
      },
    },
  ) as never;
}
