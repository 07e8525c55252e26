import { X509Certificate } from 'node:crypto';
import { registrationText, type PreparedStep, type ProveRegistration } from '#libs/domain';
import { verifyPossession } from '#libs/ca';
import type { RoleTx } from '#libs/db';
import { certificateAndOthersInForce, putOnFile, type CertificateRow } from '#libs/db/certificates';
import { changeStatus } from '#activities/revocation';
import { BrokenInvariant, done, failed, refused, runStep } from '#activities/step';
import type { CertificateContext } from './context.js';

/**
 * Registers the new certificate: the client signed the challenge with the new key, so the certificate works in the app.
 * The old certificate is revoked only now, in the same transaction, under the lock on the person.
 */
export async function proveRegistration(
  context: CertificateContext,
  reissueId: string,
  message: ProveRegistration,
): Promise<PreparedStep> {
  return runStep(
    context,
    reissueId,
    message,
    'proveRegistration',
    async (change, { certificate, others }) => {
      const { tx, row, now, certificates } = change;
      if (!certificate?.der || certificate.revoked_at || !row.registration_nonce)
        throw new BrokenInvariant('an issued reissue has no certificate in force');
      if (message.challengeId !== row.registration_challenge_id) return refused('UNKNOWN_CHALLENGE');

      const text = Buffer.from(registrationText(row.reissue_id, certificate.serial, row.registration_nonce));
      const spki = new X509Certificate(certificate.der).publicKey.export({ format: 'der', type: 'spki' });
      if (!verifyPossession(spki, text, Buffer.from(message.signature, 'base64url')))
        return failed('REGISTRATION_PROOF_INVALID');

      const replaced: CertificateRow[] = [];
      for (const old of others) {
        const { outcome } = await changeStatus(tx, old.serial, { act: 'revoke', reason: 'superseded' }, now);
        if (outcome === 'DONE') replaced.push(old);
      }
      await putOnFile(tx, certificate, now);

      change.move('proveRegistration', 'REGISTERED', 'reseal.reissue.registered.v1');
      change.publishCertificate('reseal.certificate.registered.v1', certificate);
      for (const old of replaced) {
        change.publishCertificate('reseal.certificate.revoked.v1', old, 'superseded');
        change.audit({
          actor: 'system',
          action: 'revoke',
          outcome: 'DONE',
          reason: 'superseded',
          details: { serial: old.serial, by: certificate.serial },
        });
      }
      const old = certificates?.old;
      const revoked = replaced.some(({ serial }) => serial === old?.serial);
      change.certificates = { certificate, old: old && revoked ? { ...old, revoked_at: now } : old };
      return done();
    },
    {
      lockPerson: true,
      read: (tx: RoleTx<'worker'>) => certificateAndOthersInForce(tx, reissueId, context.clock()),
    },
  );
}
