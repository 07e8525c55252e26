import {
  certificateStatusOf,
  type BilingualText,
  type CertificateStatus,
  type CertificateStatusFields,
} from '#libs/domain';

/** Statuses of a certificate that was issued to its holder. */
export const oldCertificateStatuses = ['VALID', 'ON_HOLD', 'REVOKED', 'EXPIRED'] as const;
export type OldCertificateStatus = (typeof oldCertificateStatuses)[number];

/** The status of the old certificate at `now`; undefined if the customer has none. */
export function oldCertificateStatus(
  old: CertificateStatusFields | undefined,
  now: Date,
): OldCertificateStatus | undefined {
  const standing: CertificateStatus | undefined = old && certificateStatusOf(old, now);
  return standing === 'NOT_ISSUED' ? undefined : standing;
}

/** Whether the old certificate can be used after a reissue has ended, by its status. */
export const oldCertificateTexts: Readonly<Record<OldCertificateStatus, BilingualText>> = {
  VALID: {
    ko: '기존 인증서는 계속 사용하실 수 있습니다.',
    en: 'Your old certificate is valid, and you can continue to use it.',
  },
  ON_HOLD: {
    ko: '기존 인증서는 효력이 정지되어 사용할 수 없습니다. 효력을 회복하려면 은행에 신청해 주세요.',
    en: 'Your old certificate is suspended and cannot be used. Ask the bank if you want the suspension lifted.',
  },
  REVOKED: {
    ko: '기존 인증서는 폐지되어 사용할 수 없습니다.',
    en: 'Your old certificate is revoked and cannot be used.',
  },
  EXPIRED: {
    ko: '기존 인증서는 유효기간이 지나 사용할 수 없습니다.',
    en: 'Your old certificate has expired and cannot be used.',
  },
};
