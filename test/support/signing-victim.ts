import { pino } from 'pino';
import { createSigningActivities } from '#activities/signing';
import { openIssuingAuthority, soleAuthority, type CertificateProfile } from '#libs/ca';
import { loadTerms } from '#libs/terms';
import { watchedDatabase } from './watched-database.js';

/** The task of a process that issues one certificate and is killed on the way. */
export interface Task {
  readonly killed: KillPoint;
  readonly reissueId: string;
  readonly databaseUrl: string;
  readonly caDirectory: string;
  readonly passphrase: string;
  readonly profile: CertificateProfile;
  /** Time of its clock, ISO 8601. */
  readonly at: string;
}

/** The points between the steps of the signing cycle. */
export const killPoints = [
  'before the intent is written',
  'before the intent is committed',
  'after the intent was committed',
  'after signing',
  'before the certificate is committed',
  'after the certificate was committed',
  'before it answers',
] as const;
export type KillPoint = (typeof killPoints)[number];

process.once('message', (task: Task) => void attempt(task));

async function attempt(task: Task): Promise<void> {
  /** Kills this process. Nothing runs after this. */
  const dieAt = async (moment: KillPoint) => {
    if (moment !== task.killed) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  };
  const authority = openIssuingAuthority(task.caDirectory, task.passphrase);
  const sign = async (bytes: Uint8Array) => {
    const signature = await authority.keyStore.sign(bytes);
    await dieAt('after signing');
    return signature;
  };
  const { issueCertificate } = createSigningActivities({
    db: watchedDatabase(task.databaseUrl, {
      beforeBegin: (nth) => (nth === 1 ? dieAt('before the intent is written') : undefined),
      beforeCommit: (nth) =>
        dieAt(nth === 1 ? 'before the intent is committed' : 'before the certificate is committed'),
      afterCommit: (nth) =>
        dieAt(nth === 1 ? 'after the intent was committed' : 'after the certificate was committed'),
    }),
    authorities: soleAuthority({ ...authority, keyStore: { ...authority.keyStore, sign } }),
    profile: task.profile,
    clock: () => new Date(task.at),
    terms: loadTerms(),
    logger: pino({ level: 'silent' }),
  });
  await issueCertificate({ reissueId: task.reissueId, updateId: 'u1' });
  await dieAt('before it answers');
}
