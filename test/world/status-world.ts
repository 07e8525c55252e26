import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { defaultCrlTiming, type PublicationPorts } from '#activities/publication';
import {
  buildCertificate,
  createCertificateAuthority,
  crlShardOf,
  newSerialNumber,
  openIssuingAuthority,
  personalBankProfile,
  personalName,
  profileDigest,
  renewResponder,
  signCertificate,
  type CertificateProfile,
  type IssuingAuthority,
  certificateSerial,
  issueRootCrl,
} from '#libs/ca';
import { pemOf } from '#libs/der';
import { projectRoot } from '#libs/config';
import { createDatabase, type Database } from '#libs/db';
import { registerIssuers, type NewCertificate } from '#libs/db/certificates';
import { createApplication, defaultPace, listenForMetrics } from '#libs/http';
import type { StatusConfig } from '../../apps/status/src/config.js';
import { publishRootCrl } from '../../apps/signer/src/root-crl.js';
import { StatusModule, parseOcspRequestBodies } from '../../apps/status/src/status.module.js';
import { freePort } from '../support/free-ports.js';
import { MovableClock } from './movable-clock.js';
import { asSpec, createTestDatabase, type Role } from './test-database.js';

const run = promisify(execFile);
const dayMs = 86_400_000;
const passphrase = 'only for these specs';

/** A certificate, and the file from which openssl and Java read it. */
export interface IssuedCertificate {
  readonly serial: string;
  readonly shard: number;
  readonly file: string;
}

/** A CA, a separate database, the status app in this process, and tools that check certificates against it. */
export type StatusWorld = Awaited<ReturnType<typeof createStatusWorld>>;

/** @param settings changes to the status app's configuration */
export async function createStatusWorld(settings: Partial<StatusConfig> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'reseal-status-'));
  const file = (name: string) => join(folder, name);
  const clock = new MovableClock(new Date());
  const logger = pino({ level: 'silent' });
  const database = await createTestDatabase();
  const opened: Database[] = [];
  const as = (role: Role) => {
    const db = createDatabase({ url: database.urlOf(role), ...asSpec });
    opened.push(db);
    return db;
  };
  const [owner, signer] = [as('owner'), as('signer')];

  const places = { directory: file('ca'), passphrase };
  const responders = { directory: file('ocsp'), passphrase };
  // The CA is older than the certificates that it signs.
  const foundedAt = new Date(clock.now().getTime() - dayMs);
  // Certificates name the address, so the port must be known before the app listens.
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await createCertificateAuthority({
    ...places,
    organisation: 'reseal-test',
    statusUrl: url,
    now: foundedAt,
  });
  const authority = openIssuingAuthority(places.directory, passphrase);
  await renewResponder(responders, authority, foundedAt);
  writeFileSync(file('issuing.pem'), pemOf(authority.chain[0]));
  writeFileSync(file('root.pem'), pemOf(authority.chain[1]));
  writeFileSync(file('chain.pem'), pemOf(authority.chain[0]) + pemOf(authority.chain[1]));
  await registerIssuers(signer, { current: issuerOf(authority), all: [issuerOf(authority)] }, 2, clock.now());

  const apps: NestFastifyApplication[] = [];
  /** The listener for readiness and metrics of each app, by the app's address. */
  const listeners = new Map<string, Awaited<ReturnType<typeof listenForMetrics>>>();
  /** Starts one more status app on this database. */
  async function startApp(more: Partial<StatusConfig> = {}, at = 0): Promise<string> {
    const config: StatusConfig = {
      env: 'test',
      host: '127.0.0.1',
      port: 0,
      drainMs: 0,
      metricsHost: '127.0.0.1',
      metricsPort: 0,
      logLevel: 'silent',
      ...defaultPace,
      databaseUrl: database.urlOf('status'),
      databasePoolSize: 4,
      // This world's clock stands still, and PostgreSQL's does not.
      clockToleranceMs: Number.MAX_SAFE_INTEGER,
      ocspDirectory: responders.directory,
      ocspPassphrase: passphrase,
      ocspValidityMs: 3_600_000,
      ocspMaxAgeMs: 60_000,
      ocspCacheSize: 100,
      crlMaxAgeMs: 60_000,
      statusReloadMs: 100,
      backdateMs: 0,
      ...settings,
      ...more,
    };
    const app = await createApplication({
      name: 'status',
      config,
      logger,
      module: StatusModule.with(config, { clock: clock.now, logger }),
      configure: parseOcspRequestBodies,
    });
    apps.push(app);
    await app.listen(at, '127.0.0.1');
    const address = await app.getUrl();
    listeners.set(address, await listenForMetrics(app, config));
    return address;
  }
  await startApp({}, port);
  await publishRootCrl(signer, places.directory);

  const profile: CertificateProfile = {
    ...personalBankProfile({ bank: { name: 'RESEAL', code: '999' }, statusUrl: url }),
    crlShards: 2,
  };
  const publication: PublicationPorts = {
    db: signer,
    authorities: { all: [authority] },
    statusUrl: url,
    timing: defaultCrlTiming,
    clock: clock.now,
    logger,
  };

  /** Issues a certificate as the signer does, with changes to its row. */
  async function issue(more: Partial<NewCertificate> = {}): Promise<IssuedCertificate> {
    const serial = newSerialNumber();
    const now = clock.now();
    const validity = {
      notBefore: new Date(now.getTime() - 3_600_000),
      notAfter: new Date(now.getTime() + 300 * dayMs),
    };
    const der = await signCertificate(
      authority,
      buildCertificate(profile, authority.identity, {
        serial,
        subject: personalName({
          name: '가나다',
          latinName: '',
          digits: '099904120261105000000012',
          bank: 'RESEAL',
          organisation: 'reseal-test',
        }),
        validity,
        spki: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
          format: 'der',
          type: 'spki',
        }),
        realName: '가나다',
        virtualId: randomBytes(32),
      }),
    );
    const shard = crlShardOf(serial, profile.crlShards);
    await owner
      .insertInto('certificate')
      .values({
        serial,
        customer_id: randomUUID(),
        issuer: authority.subject,
        profile: profile.id,
        profile_digest: profileDigest(profile),
        policy: profile.policy,
        basis: 'NEW',
        state: 'STORED',
        subject: 'cn=가나다',
        spki_sha256: randomBytes(32).toString('hex'),
        tbs_digest: randomBytes(32).toString('hex'),
        crl_shard: shard,
        not_before: validity.notBefore,
        not_after: validity.notAfter,
        der: more.state && more.state !== 'STORED' ? null : der,
        created_at: now,
        ...more,
      })
      .execute();
    writeFileSync(file(`${serial}.pem`), pemOf(der));
    return { serial, shard, file: file(`${serial}.pem`) };
  }

  /** Changes a certificate's row, as a revocation, a hold or a release does. */
  async function change(
    { serial }: IssuedCertificate,
    changes: Partial<
      Pick<NewCertificate, 'revoked_at' | 'revocation_reason' | 'hold_at' | 'state' | 'not_after' | 'der'>
    >,
  ): Promise<void> {
    await owner.updateTable('certificate').set(changes).where('serial', '=', serial).execute();
  }

  return {
    url,
    /** Fetches an app's readiness or metrics. */
    probe: (path: string, address = url) => fetch(`${listeners.get(address)!.listeningOrigin}${path}`),
    file,
    /** The directory of the OCSP keys, and their passphrase. */
    responders,
    clock,
    owner,
    authority,
    profile,
    publication,
    databaseUrl: (role: Role) => database.urlOf(role),
    startApp,
    issue,
    change,
    row: ({ serial }: IssuedCertificate) =>
      owner.selectFrom('certificate').selectAll().where('serial', '=', serial).executeTakeFirstOrThrow(),
    revoke: (certificate: IssuedCertificate) =>
      change(certificate, { revoked_at: clock.now(), revocation_reason: 'superseded' }),
    renewOcspKey: () => renewResponder(responders, authority, clock.now()),
    /** Runs `openssl ocsp` for certificates. @throws if the answer does not verify */
    async opensslOcsp(certificates: readonly IssuedCertificate[], ...more: string[]): Promise<string> {
      const asked = certificates.flatMap((certificate) => ['-cert', certificate.file]);
      const { stdout, stderr } = await run('openssl', [
        ...['ocsp', '-url', `${url}/ocsp`, '-CAfile', file('chain.pem'), '-issuer', file('issuing.pem')],
        ...more,
        ...asked,
      ]);
      if (!stderr.includes('Response verify OK')) throw new Error(stderr);
      return stderr.includes('WARNING: no nonce') ? `${stdout}no nonce` : stdout;
    },
    /** The file with openssl's OCSP request, in DER. */
    async requestFor(serial: string, ...more: string[]): Promise<string> {
      const out = file(`${randomUUID()}.der`);
      await run('openssl', [
        'ocsp',
        '-issuer',
        file('issuing.pem'),
        ...more,
        '-serial',
        `0x${serial}`,
        '-reqout',
        out,
      ]);
      return out;
    },
    /** Revokes the issuing CA by the root, and publishes the root's CRL. */
    async revokeIssuing(): Promise<void> {
      const serial = certificateSerial(authority.chain[0]);
      await issueRootCrl({
        directory: places.directory,
        root: { directory: `${places.directory}-root`, passphrase },
        thisUpdate: clock.now(),
        more: [{ serial, revokedAt: clock.now(), reason: 'keyCompromise' }],
      });
      await publishRootCrl(signer, places.directory);
    },
    /** Java's verdicts, one line each. */
    async java(...checks: string[]): Promise<string[]> {
      const program = join(projectRoot(), 'test/support/java/CertificateCheck.java');
      const { stdout } = await run('java', [program, file('root.pem'), file('issuing.pem'), ...checks]);
      return stdout.trim().split('\n');
    },
    async close(): Promise<void> {
      await Promise.all([...apps, ...listeners.values()].map((each) => each.close()));
      await Promise.all(opened.map((db) => db.destroy()));
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

const issuerOf = ({ subject, identity, notBefore, chain }: IssuingAuthority) => ({
  subject,
  keyId: identity.keyId,
  certificate: chain[0],
  root: chain[1],
  notBefore,
  notAfter: identity.notAfter,
});
