import type { OcspStatus } from './certificate-status.js';

/** Phrases in both languages that state a certificate's status, by the OCSP status. */
const phrases: Readonly<Record<OcspStatus, RegExp>> = {
  good: /계속 사용하실 수|아무 변화가 없|달라지지 않|is valid|Nothing has been done|has not changed/,
  onHold: /효력정지|정지된|정지되|suspended|suspension/,
  revoked: /폐지|revoked|revocation/,
};
const holdMayBecomeRevocation =
  /정지된 날부터 \d+개월이 지나면 폐지됩니다|If it is not lifted within \d+ months?, the certificate is revoked/g;

/** @throws Error if a text about a certificate states another status than `status` */
export function expectTextStatesStatus(text: string, status: OcspStatus): void {
  const said = text.replaceAll(holdMayBecomeRevocation, '');
  for (const [each, words] of Object.entries(phrases))
    if (words.test(said) !== (each === status))
      throw new Error(`the text should state ${status} only; mismatch for ${each}: ${text}`);
}
