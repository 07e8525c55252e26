import { ApplicationFailure } from '@temporalio/common';
import {
  assertOnlySignatureDiffers,
  checkCertificateRequest,
  newSerialNumber,
  signCertificate,
} from '#libs/ca';
import { inTransaction } from '#libs/db';
import { findCertificateRequests, type CertificateRequestRow, type LockWait } from '#libs/db/certificates';
import { addToLogContext } from '#libs/observability';
import type { CertificateJournalEntry } from '#libs/signer-journal';
import type { SigningCandidate, SigningDecision } from './decide.js';
import { inBatches } from './batches.js';
import type { SigningActivities, SigningPorts } from './ports.js';
import { prepare } from './prepare.js';
import { createProfiles } from './profiles.js';
import { abandonOpenIntents, storeCertificates, type SignedCertificate } from './store.js';

/** The activities that use the CA key. Their only input is the reissue id; all other data is read from the database. */
export function createSigningActivities(ports: SigningPorts): SigningActivities {
  const { db, clock, logger } = ports;
  const steps = databaseSteps(ports);

  return {
    async issueCertificate({ reissueId }) {
      // 1. Check the request before rows are locked, because it takes longer than a query.
      const checkedRow = await steps.find(reissueId);
      if (!checkedRow?.csr) throw notIssuable('NOT_AUTHORISED', 'the reissue has no certificate request');
      addToLogContext({ frontEnd: checkedRow.api_key_name });
      const request = await checkCertificateRequest(checkedRow.csr, {
        keyThumbprint: checkedRow.key_thumbprint,
        weakKeys: ports.weakKeys,
      });

      // 2. Decide under the locks; build, lint, write the intent, commit.
      const decision = await steps.prepare({ checkedRow, request });
      if (decision.kind !== 'intended') return withoutSigning(decision);
      const { authority, tbs } = decision;
      const { serial } = decision.intent;
      try {
        // 3. Sign, verify the signature, and check that it covers the linted certificate.
        const der = await signCertificate(authority, tbs);
        assertOnlySignatureDiffers(tbs, authority.identity.algorithm, der);
        // 4. Write it to the journal before it is stored or delivered: a restored database is completed from the journal.
        await ports.journal?.append([journalEntryOf(decision.intent, der, clock())]);
        // 5. Store it if the intent is still open; otherwise discard it before delivery.
        if (!(await steps.store({ reissueId, serial, der }))) throw discarded(serial);
      } catch (error) {
        // Abandon the intent, so that the next attempt need not wait until it is stale. A certificate that was stored
        // in spite of the error is not changed, and the next attempt finds it.
        await inTransaction(db, (tx) => abandonOpenIntents(tx, [{ reissueId, serial }], clock())).catch(
          (err: unknown) => logger.warn({ reissueId, serial, err }, 'the intent stays open'),
        );
        throw error;
      }
      logger.info({ reissueId, serial }, 'certificate issued');
      return { outcome: 'ISSUED', serial };
    },
  };
}

/** The database work of attempts. Attempts at the same time share transactions. */
function databaseSteps(ports: SigningPorts) {
  const { db, clock, logger } = ports;
  const profiles = createProfiles(ports.profile);

  async function findAll(ids: readonly string[]): Promise<(CertificateRequestRow | undefined)[]> {
    const rows = new Map((await findCertificateRequests(db, { ids })).map((row) => [row.reissue_id, row]));
    return ids.map((id) => rows.get(id));
  }

  async function prepareAll(checked: readonly Omit<SigningCandidate, 'serial'>[], lockWait: LockWait) {
    const candidates = checked.map((one) => ({ ...one, serial: newSerialNumber() }));
    try {
      return await inTransaction(db, (tx) => prepare(tx, ports, profiles, candidates, lockWait));
    } catch (error) {
      // If only the response to the commit was lost, there are intents now that will not be signed.
      const intents = candidates.map(({ checkedRow, serial }) => ({
        reissueId: checkedRow.reissue_id,
        serial,
      }));
      await inTransaction(db, (tx) => abandonOpenIntents(tx, intents, clock())).catch((err: unknown) =>
        logger.warn({ intents, err }, 'intents may stay open'),
      );
      throw error;
    }
  }

  const storeAll = (signed: readonly SignedCertificate[], lockWait: LockWait) =>
    inTransaction(db, (tx) => storeCertificates(tx, signed, lockWait, clock()));

  return {
    find: inBatches<string, CertificateRequestRow | undefined>({
      keyOf: (id) => id,
      handleBatch: findAll,
      handleOne: async (id) => (await findAll([id]))[0],
    }),
    prepare: inBatches<Omit<SigningCandidate, 'serial'>, SigningDecision>({
      keyOf: ({ checkedRow }) => checkedRow.reissue_id,
      handleBatch: (checked) => prepareAll(checked, { wait: false }),
      handleOne: async (one) => required((await prepareAll([one], { wait: true }))[0]),
    }),
    store: inBatches<SignedCertificate, boolean>({
      keyOf: ({ reissueId }) => reissueId,
      handleBatch: (signed) => storeAll(signed, { wait: false }),
      handleOne: async (one) => required((await storeAll([one], { wait: true }))[0]),
    }),
  };
}

/** The journal's entry of a certificate: the columns of its row and the certificate itself. */
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
  if (answer === undefined) throw new Error('invariant violated: the reissue or its customer has no row');
  return answer;
}

/** The outcome of an attempt that signs nothing. */
function withoutSigning(decision: Exclude<SigningDecision, { kind: 'intended' }>) {
  switch (decision.kind) {
    case 'stored':
      return { outcome: 'ISSUED', serial: decision.serial } as const;
    case 'refused':
      return { outcome: 'REFUSED', code: decision.code } as const;
    case 'impossible':
      throw notIssuable(decision.type, decision.message);
    case 'underWay':
      throw underWay(decision.retryInMs);
  }
}

const notIssuable = (type: string, message: string) => ApplicationFailure.nonRetryable(message, type);

const discarded = (serial: string) =>
  ApplicationFailure.retryable(
    `the intent of ${serial} was closed while the certificate was being signed`,
    'DISCARDED',
  );

const underWay = (retryInMs: number) =>
  ApplicationFailure.create({
    message: 'another attempt is in progress',
    type: 'UNDER_WAY',
    nextRetryDelay: retryInMs,
  });
