import { createHash } from 'node:crypto';
import type { CallOrigin } from '#libs/domain';
import { insertConsentReceipt, insertConsents } from '#libs/db/reissues';
import type { AcceptedConsent, ReceiptSigner } from '#libs/terms';
import type { ReissueChange } from '#activities/step';

/** The consents that a customer gave or withdrew in one step. */
interface ConsentAct {
  readonly updateId: string;
  readonly origin: CallOrigin;
  readonly act: 'GIVEN' | 'WITHDRAWN';
  readonly consents: readonly Pick<AcceptedConsent, 'termsId' | 'version' | 'digest' | 'locale' | 'agreed'>[];
}

/** The audit details of consents and of their receipt, which is named by its digest. */
export const consentAuditDetails = (
  said: Pick<ConsentAct, 'act' | 'consents'>,
  receipt: string | undefined,
) => ({
  consents: auditedConsents(said),
  ...(receipt === undefined ? {} : { receipt: createHash('sha256').update(receipt).digest('hex') }),
});

/** Identifies the texts, without personal data. */
const auditedConsents = ({ act, consents }: Pick<ConsentAct, 'act' | 'consents'>) =>
  consents.map(({ termsId, version, digest, locale, agreed }) => ({
    ...{ termsId, version, digest, locale, agreed, act },
  }));

/**
 * Records consents that a customer gave or withdrew, with the change, and signs a receipt for the customer.
 *
 * @returns the receipt, a compact JWS; undefined without consents
 */
export async function recordConsentAct(
  change: ReissueChange,
  receipts: ReceiptSigner,
  { updateId, origin, act, consents }: ConsentAct,
): Promise<string | undefined> {
  if (consents.length === 0) return undefined;
  const { tx, now: at } = change;
  const reissueId = change.row.reissue_id;
  const rows = consents.map(({ termsId, version, digest, locale, agreed }) => ({
    reissue_id: reissueId,
    terms_id: termsId,
    version,
    digest,
    locale,
    agreed,
    act,
    update_id: updateId,
    address: origin.address,
    agent: origin.agent,
    recorded_at: at,
  }));
  const receiptId = `cr_${createHash('sha256').update(`${reissueId}\0${updateId}`).digest('hex').slice(0, 32)}`;
  const jws = await receipts.sign({
    sub: reissueId,
    jti: receiptId,
    iat: Math.floor(at.getTime() / 1_000),
    consents: auditedConsents({ act, consents }),
  });
  const receipt = {
    receipt_id: receiptId,
    reissue_id: reissueId,
    update_id: updateId,
    jws,
    issued_at: at,
  };
  change.add(insertConsents(tx, rows), insertConsentReceipt(tx, receipt));
  return jws;
}
