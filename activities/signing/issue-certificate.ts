import { ApplicationFailure } from '@temporalio/common';
import { checkCertificateRequest, signCertificate } from '#libs/ca';
import { findReissue, inTransaction } from '#libs/db';
import { abandon, prepare, store } from './intents.js';
import type { SigningActivities, SigningPorts } from './ports.js';

/** The activities that use the CA key. They trust nothing but the reissue id they are given. */
export function createSigningActivities(ports: SigningPorts): SigningActivities {
  const { db, authority, clock, logger } = ports;

  return {
    async issueCertificate({ reissueId }) {
      // Checking a request takes longer than any query: it is done before rows are locked.
      const asked = await findReissue(db, reissueId);
      if (!asked?.csr) throw notAuthorised('there is no request to be signed');
      const request = await checkCertificateRequest(asked.csr, { keyThumbprint: asked.key_thumbprint });

      const prepared = await inTransaction(db, (tx) => prepare(tx, ports, asked, request)).catch(
        underWayElsewhere,
      );
      if (prepared.kind === 'settled') return prepared.result;
      if (prepared.kind === 'notAuthorised') throw notAuthorised(prepared.lacks);
      if (prepared.kind === 'underWay') throw underWay(prepared.retryInMs);

      const { serial, tbs } = prepared;
      try {
        const der = await signCertificate(authority, tbs);
        const stored = await inTransaction(db, (tx) => store(tx, asked, serial, der, clock()));
        if (!stored) throw discarded(serial);
        logger.info({ reissueId, serial }, 'certificate issued');
        return { outcome: 'ISSUED', serial };
      } catch (error) {
        // Saves the next attempt the wait for an intent that nobody is working on. A certificate that was stored
        // after all is not touched, and found by the next attempt.
        await inTransaction(db, (tx) => abandon(tx, asked, serial, clock())).catch((err: unknown) =>
          logger.warn({ reissueId, serial, err }, 'intent stays open'),
        );
        throw error;
      }
    },
  };
}

const notAuthorised = (lacks: string) =>
  ApplicationFailure.nonRetryable(`the reissue is not ready to be signed: ${lacks}`, 'NOT_AUTHORISED');

const discarded = (serial: string) =>
  ApplicationFailure.retryable(`the intent of ${serial} was closed while it was being signed`, 'DISCARDED');

const underWay = (retryInMs: number) =>
  ApplicationFailure.create({
    message: 'another attempt is at it',
    type: 'UNDER_WAY',
    nextRetryDelay: retryInMs,
  });

/** The unique indexes on certificates: someone else wrote an intent for this reissue or key a moment before. */
function underWayElsewhere(error: unknown): never {
  const uniqueViolation = '23505';
  if ((error as { code?: string }).code === uniqueViolation) throw underWay(1_000);
  throw error;
}
