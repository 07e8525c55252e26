import { ApplicationFailure } from '@temporalio/common';
import {
  assertOnlySignatureDiffers,
  checkCertificateRequest,
  newSerialNumber,
  signCertificate,
} from '#libs/ca';
import { inTransaction } from '#libs/db';
import { findReissues, type ReissueRow } from '#libs/db/reissues';
import type { CertificateJournalEntry } from '#libs/signer-journal';
import type { SigningCandidate, SigningDecision } from './decide.js';
import { inBatches } from './batches.js';
import type { SigningActivities, SigningPorts } from './ports.js';
import { prepare, type LockWait } from './prepare.js';
import { createProfiles } from './profiles.js';
import { abandonOpenIntents, storeCertificates, type SignedCertificate } from './store.js';

/** The activities that use the CA key. They trust nothing but the reissue id they are given. */
export function createSigningActivities(ports: SigningPorts): SigningActivities {
  const { db, clock, logger } = ports;
  const steps = databaseSteps(ports);

  return {
    async issueCertificate({ reissueId }) {
      // 1. Check the request. It takes longer than any query: it is done before rows are locked.
      const asked = await steps.find(reissueId);
      if (!asked?.csr) throw impossible('NOT_AUTHORISED', 'there is no request to be signed');
      const request = await checkCertificateRequest(asked.csr, {
        keyThumbprint: asked.key_thumbprint,
        weakKeys: ports.weakKeys,
      });

      // 2. Decide under the locks; build, lint, write the intent, commit.
      const decision = await steps.prepare({ asked, request });
      if (decision.kind !== 'intended') return withoutSigning(decision);
      const { authority, tbs } = decision;
      const { serial } = decision.intent;
      try {
        // 3. Sign, verify the signature, and see that it is over what was linted.
        const der = await signCertificate(authority, tbs);
        assertOnlySignatureDiffers(tbs, authority.identity.algorithm, der);
        // 4. Write it to the journal, which a restored database learns from, before anything is stored or delivered.
        await ports.journal?.append([journalEntryOf(decision.intent, der, clock())]);
        // 5. Store, if the intent still stands; otherwise what was signed is thrown away unseen.
        if (!(await steps.store({ reissueId, serial, der }))) throw discarded(serial);
      } catch (error) {
        // Saves the next attempt the wait for an intent that nobody is working on. A certificate that was stored
        // after all is not touched, and found by the next attempt.
        await inTransaction(db, (tx) => abandonOpenIntents(tx, [{ reissueId, serial }], clock())).catch(
          (err: unknown) => logger.warn({ reissueId, serial, err }, 'intent stays open'),
        );
        throw error;
      }
      logger.info({ reissueId, serial }, 'certificate issued');
      return { outcome: 'ISSUED', serial };
    },
  };
}

/** What an attempt does in the database, done in one go for all attempts that are there at the same time. */
function databaseSteps(ports: SigningPorts) {
  const { db, clock, logger } = ports;
  const profiles = createProfiles(ports.profile);

  async function findAll(ids: readonly string[]): Promise<(ReissueRow | undefined)[]> {
    const rows = new Map((await findReissues(db, ids)).map((row) => [row.reissue_id, row]));
    return ids.map((id) => rows.get(id));
  }

  async function prepareAll(checked: readonly Omit<SigningCandidate, 'serial'>[], waiting: LockWait) {
    const candidates = checked.map((one) => ({ ...one, serial: newSerialNumber() }));
    try {
      return await inTransaction(db, (tx) => prepare(tx, ports, profiles, candidates, waiting));
    } catch (error) {
      // Where only the answer to the commit was lost there are intents now, and nobody will sign them.
      const intents = candidates.map(({ asked, serial }) => ({ reissueId: asked.reissue_id, serial }));
      await inTransaction(db, (tx) => abandonOpenIntents(tx, intents, clock())).catch((err: unknown) =>
        logger.warn({ intents, err }, 'intents may stay open'),
      );
      throw error;
    }
  }

  const storeAll = (signed: readonly SignedCertificate[], waiting: LockWait) =>
    inTransaction(db, (tx) => storeCertificates(tx, signed, waiting, clock()));

  return {
    find: inBatches<string, ReissueRow | undefined>({
      keyOf: (id) => id,
      together: findAll,
      alone: async (id) => (await findAll([id]))[0],
    }),
    prepare: inBatches<Omit<SigningCandidate, 'serial'>, SigningDecision>({
      keyOf: ({ asked }) => asked.reissue_id,
      together: (checked) => prepareAll(checked, { wait: false }),
      alone: async (one) => required((await prepareAll([one], { wait: true }))[0]),
    }),
    store: inBatches<SignedCertificate, boolean>({
      keyOf: ({ reissueId }) => reissueId,
      together: (signed) => storeAll(signed, { wait: false }),
      alone: async (one) => required((await storeAll([one], { wait: true }))[0]),
    }),
  };
}

/** What the journal keeps of a certificate: all that its row is made of, and the certificate itself. */
function journalEntryOf(
  intent: Extract<SigningDecision, { kind: 'intended' }>['intent'],
  der: Buffer,
  now: Date,
): CertificateJournalEntry {
  return {
    kind: 'CERTIFICATE',
    at: now.toISOString(),
    reissueId: intent.reissue_id,
    customerId: intent.customer_id,
    serial: intent.serial,
    issuer: intent.issuer,
    profile: intent.profile,
    profileDigest: intent.profile_digest,
    policy: intent.policy,
    basis: intent.basis,
    subject: intent.subject,
    spkiSha256: intent.spki_sha256,
    tbsDigest: intent.tbs_digest,
    crlShard: intent.crl_shard,
    notBefore: intent.not_before.toISOString(),
    notAfter: intent.not_after.toISOString(),
    createdAt: intent.created_at.toISOString(),
    der: der.toString('base64'),
  };
}

function required<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error('the reissue or its customer has no row');
  return answer;
}

/** The answer of an attempt that has nothing to sign. */
function withoutSigning(decision: Exclude<SigningDecision, { kind: 'intended' }>) {
  switch (decision.kind) {
    case 'stored':
      return { outcome: 'ISSUED', serial: decision.serial } as const;
    case 'refused':
      return { outcome: 'REFUSED', code: decision.code } as const;
    case 'impossible':
      throw impossible(decision.type, decision.message);
    case 'underWay':
      throw underWay(decision.retryInMs);
  }
}

const impossible = (type: string, message: string) => ApplicationFailure.nonRetryable(message, type);

const discarded = (serial: string) =>
  ApplicationFailure.retryable(`the intent of ${serial} was closed while it was being signed`, 'DISCARDED');

const underWay = (retryInMs: number) =>
  ApplicationFailure.create({
    message: 'another attempt is at it',
    type: 'UNDER_WAY',
    nextRetryDelay: retryInMs,
  });
