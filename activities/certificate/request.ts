import { createHash, randomBytes } from 'node:crypto';
import {
  coolingOffEnd,
  readVidRandom,
  startOfKoreanDay,
  type CallOrigin,
  type EndCode,
  type PreparedStep,
  type RequestCertificate,
} from '#libs/domain';
import type { RoleTx } from '#libs/db';
import { certificateBySerial, type CertificateRow } from '#libs/db/certificates';
import { consentsAndBlockOf } from '#libs/db/reissues';
import { riskSigns, type RiskSigns } from '#libs/db/risk';
import { NumberAccess } from '#libs/resident-numbers';
import type { RiskAnswer } from '#libs/risk';
import { termsChangedSince } from '#activities/consent';
import { attemptsLeft } from '#activities/identity';
import { askForAdditionalMethod, decideOnRisk } from '#activities/risk';
import type { IssueOutcome } from '#activities/signing';
import {
  assessFirst,
  BrokenInvariant,
  done,
  endChange,
  failed,
  identityRuleOf,
  proceed,
  proceedAgain,
  refused,
  runStep,
  type StepEnding,
  type ReissueChange,
} from '#activities/step';
import type { CertificateContext } from './context.js';
import { writeVirtualId } from './virtual-id.js';

/**
 * Stores the PKCS#10 request, computes the VID, and passes the reissue to the CA, at once or after the wait that is required.
 *
 * @param answer of the provider of risk decisions; the step asks for it if it needs it
 */
export async function requestCertificate(
  context: CertificateContext,
  reissueId: string,
  message: RequestCertificate,
  answer?: RiskAnswer,
): Promise<PreparedStep> {
  const random = readVidRandom(await context.secrets.open(message.vidRandom, 'vid-random', reissueId));
  const { db, clock } = context;
  const access = random
    ? await NumberAccess.recordForVid(db, reissueId, { actor: 'worker', at: clock() })
    : undefined;
  return runStep(
    context,
    reissueId,
    message,
    'requestCertificate',
    async (change, { consents, blocked, signs }) => {
      if (change.row.state === 'ISSUING' && change.row.virtual_id) return proceedAgain; // the step runs again, and the CA has the request
      if (!random) return refused('ENVELOPE_REFUSED');
      if (change.row.state === 'ISSUING') {
        // An older worker, which computed no VID, passed the request to the CA.
        if (!(await writeVirtualId(context, change, { access, random })))
          return endRefused(change, 'RRN_NOT_ON_FILE');
        return proceedAgain;
      }
      if (blocked) return endRefused(change, 'REISSUES_BLOCKED');
      const changed = termsChangedSince(context, consents, change.now);
      if (changed.length > 0) return reopenConsents(change, changed);
      const objection = await decideAtIssuance(context, change, { origin: message.origin, signs, answer });
      if (objection) return objection;
      if (!(await writeVirtualId(context, change, { access, random })))
        return endRefused(change, 'RRN_NOT_ON_FILE');
      change.set({ csr: message.csr, pending_message: JSON.stringify(message) });
      const end = coolingOffEnd(change.row, change.now);
      if (end && end > change.now) return coolOff(change, message, end);
      change.move('requestCertificate', 'ISSUING', 'reseal.reissue.certificate-requested.v1');
      return proceed;
    },
    {
      read: async (tx: RoleTx<'worker'>) => {
        const [given, signs] = await Promise.all([
          consentsAndBlockOf(tx, reissueId),
          riskSigns(tx, reissueId, startOfKoreanDay(clock())),
        ]);
        return { ...given, signs };
      },
    },
  );
}

/** What the second decision is made from. */
interface IssuanceRisk {
  readonly origin: CallOrigin;
  readonly signs: RiskSigns;
  readonly answer: RiskAnswer | undefined;
}

/** Decides the risk before the CA signs. @returns undefined if nothing objects to the request now */
async function decideAtIssuance(
  context: CertificateContext,
  change: ReissueChange,
  { origin, signs, answer }: IssuanceRisk,
): Promise<StepEnding | undefined> {
  const rule = identityRuleOf(context.policy, change.row);
  const methods = signs.methods ?? [];
  const verified = methods.filter((each) => each.verified).map(({ method }) => method);
  if (context.riskProvider && !answer) return assessFirst({ decision: 'ISSUANCE', verified, origin });
  const situation = { decision: 'ISSUANCE', origin, signs, methods, rule } as const;
  const risk = await decideOnRisk(context, change, situation, answer);
  if (risk.outcome === 'REFUSE') {
    const code = 'RISK_REFUSED';
    change.move('requestCertificate', 'REJECTED', 'reseal.reissue.rejected.v1', { code });
    return failed('REQUEST_REFUSED', { reason: code });
  }
  if (risk.outcome === 'STEP_UP') {
    askForAdditionalMethod(change, risk.methods, { rule, verified });
    change.set({ identity_attempts: attemptsLeft(context, methods, risk.methods) });
    change.move('requestCertificate', 'IDENTITY_REQUIRED', 'reseal.reissue.identity-reopened.v1', {
      code: 'ADDITIONAL_METHOD_NEEDED',
    });
    return failed('MORE_IDENTITY_NEEDED');
  }
  return undefined;
}

/** Asks the customer again for consent to the terms that changed. */
function reopenConsents(change: ReissueChange, changed: readonly string[]): StepEnding {
  change.set({ consents_completed_at: null });
  change.move('requestCertificate', 'CONSENT_REQUIRED', 'reseal.reissue.consents-reopened.v1', {
    code: 'TERMS_CHANGED',
  });
  return failed('CONSENT_INCOMPLETE', {
    errors: changed.map((termsId) => ({
      pointer: '#/consents',
      code: 'TERMS_CHANGED',
      message: `${termsId}: TERMS_CHANGED`,
    })),
  });
}

/** Ends a reissue for whose customer no certificate can be issued any more. */
async function endRefused(
  change: ReissueChange,
  reason: Extract<EndCode, 'RRN_NOT_ON_FILE' | 'REISSUES_BLOCKED'>,
): Promise<StepEnding> {
  await endChange(change, 'abandon', { actor: 'system', code: reason });
  return failed('REQUEST_REFUSED', { reason });
}

/**
 * Lets the reissue wait. The step has its answer, and the request stays pending under an id of its own: it continues by
 * itself at the end, without the customer's R, which the VID contains already.
 */
function coolOff(change: ReissueChange, message: RequestCertificate, end: Date): StepEnding {
  const waiting = { ...message, updateId: `${message.updateId}/after-wait` };
  change.set({
    pending_message: JSON.stringify(waiting),
    cooling_off_since: change.now,
    cooling_off_until: end,
  });
  change.move('requestCertificate', 'COOLING_OFF', 'reseal.reissue.cooling-off.v1');
  change.notify.push('COOLING_OFF');
  return done();
}

/**
 * Records the CA's answer. If the reissue ended meanwhile, the transaction that ended it also revoked the certificate,
 * and the answer changes nothing.
 */
export async function recordIssue(
  context: CertificateContext,
  reissueId: string,
  message: RequestCertificate,
  issued: IssueOutcome,
): Promise<PreparedStep> {
  return runStep(
    context,
    reissueId,
    message,
    'certificateIssued',
    async (change, certificate) =>
      issued.outcome === 'ISSUED' ? acceptIssued(context, change, certificate) : refuse(change, issued.code),
    {
      read: async (tx: RoleTx<'worker'>) =>
        issued.outcome === 'ISSUED' ? certificateBySerial(tx, issued.serial) : undefined,
    },
  );
}

function acceptIssued(
  context: CertificateContext,
  change: ReissueChange,
  certificate: CertificateRow | undefined,
): StepEnding {
  const old = change.certificates?.old;
  if (!certificate || certificate.reissue_id !== change.row.reissue_id || certificate.revoked_at)
    throw new BrokenInvariant('the issued certificate is not in force');
  const { serial } = certificate;
  change.set({
    serial,
    basis: certificate.basis,
    virtual_id: null, // the certificate has it
    issued_at: change.now,
    deadline: new Date(change.now.getTime() + context.deadlines.untilRegisteredMs),
    registration_challenge_id: `rc_${randomBytes(16).toString('hex')}`,
    registration_nonce: randomBytes(32).toString('base64url'),
  });
  change.move('certificateIssued', 'ISSUED', 'reseal.reissue.issued.v1');
  change.publishCertificate('reseal.certificate.issued.v1', certificate);
  change.certificates = { certificate, old };
  change.audit({
    actor: 'signer',
    action: 'issue',
    outcome: 'ISSUED',
    details: { serial, basis: certificate.basis, sha256: fingerprintOf(certificate) },
  });
  change.notify.push('ISSUED');
  return done();
}

function refuse(change: ReissueChange, reason: string): StepEnding {
  change.set({ csr: null, virtual_id: null });
  change.move('certificateRefused', 'KEY_REQUIRED', 'reseal.reissue.request-refused.v1', { code: reason });
  return failed('REQUEST_REFUSED', { reason, errors: [{ pointer: '#/csr', message: reason }] });
}

/** SHA-256 of the certificate's DER, hexadecimal. Evidence identifies the certificate by it. */
const fingerprintOf = ({ der }: { readonly der: Buffer | null }) =>
  createHash('sha256')
    .update(der ?? '')
    .digest('hex');
