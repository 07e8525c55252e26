import type { BilingualText } from '#libs/domain';

/** The kinds of findings and their meanings. */
export const findingKinds = {
  UNREADABLE: {
    ko: '파일이 텍스트나 JSON이 아닙니다. 손상되었거나, 일부가 빠졌거나, 다른 파일입니다. 이것만으로는 변조의 징후가 아닙니다.',
    en: 'The file is not text or not JSON: it is damaged, incomplete or another file. This alone is no sign of tampering.',
  },
  FORMAT_INVALID: {
    ko: '이 검증기가 읽을 수 있는 형식이 아닙니다.',
    en: 'The file does not have a format that this verifier reads.',
  },
  SIGNATURE_INVALID: {
    ko: '서명한 뒤에 내용이 변경되었습니다.',
    en: 'The content was changed after it was signed.',
  },
  KEY_NOT_TRUSTED: {
    ko: '서명 키가 신뢰 파일에 없거나, 그 시점에 사용 중이 아니었습니다.',
    en: 'The signing key is not in the trust file, or was not in use at that time.',
  },
  CHECKPOINT_INVALID: {
    ko: '체크포인트가 유효하지 않습니다.',
    en: 'A checkpoint is not valid.',
  },
  ENTRY_ALTERED: {
    ko: '로그의 이 위치에는 다른 기록이 있습니다.',
    en: 'The log has another entry at this position.',
  },
  ENTRY_MISSING: {
    ko: '작성된 기록이 빠져 있습니다.',
    en: 'An entry that was written is missing.',
  },
  ENTRY_INSERTED: {
    ko: '로그에 없는 기록입니다.',
    en: 'The log does not have this entry.',
  },
  WRITER_NOT_ALLOWED: {
    ko: '기록을 쓴 데이터베이스 역할에게는 이런 기록을 쓸 권한이 없습니다.',
    en: 'The database role that inserted an entry may not write such entries.',
  },
  ENTRY_ORDER: {
    ko: '기록이 작성된 순서대로 있지 않습니다.',
    en: 'The entries are not in the order in which they were written.',
  },
  PROOF_INVALID: {
    ko: '기록이 로그에 있다는 증명이 유효하지 않습니다.',
    en: 'The proof that the entry is in the log is not valid.',
  },
  LOG_TRUNCATED: {
    ko: '로그가 전보다 짧습니다. 끝의 기록이 삭제되었습니다.',
    en: 'The log is shorter than before: entries at its end were removed.',
  },
  LOG_INCONSISTENT: {
    ko: '로그가 이전 상태에서 이어지지 않습니다. 이전 기록이 변경, 추가 또는 삭제되었습니다.',
    en: 'The log does not continue its earlier state: an earlier entry was changed, inserted or removed.',
  },
  REISSUE_ALTERED: {
    ko: '재발급에 대해 적힌 내용이 로그와 다릅니다.',
    en: 'The stated facts of the reissue differ from the log.',
  },
  STATUS_ALTERED: {
    ko: '적힌 인증서 상태가 기록에 따른 상태와 다릅니다.',
    en: 'The stated status of a certificate differs from its status by the entries.',
  },
  PERSONAL_ALTERED: {
    ko: '개인정보 부분이 기록된 것과 다릅니다.',
    en: 'The personal part is not the one that was recorded.',
  },
  CONSENT_ALTERED: {
    ko: '약관 동의가 기록된 것과 다릅니다.',
    en: 'A consent differs from the recorded one.',
  },
  CERTIFICATE_ALTERED: {
    ko: '발급된 인증서가 아닙니다.',
    en: 'The certificate is not the one that was issued.',
  },
  CHAIN_UNTRUSTED: {
    ko: '신뢰 파일에 있는 인증기관이 발급한 인증서가 아닙니다.',
    en: 'The certificate was not issued by an authority in the trust file.',
  },
  HISTORY_ALTERED: {
    ko: '워크플로 이력이 보관된 것과 다릅니다.',
    en: 'The history of the workflow is not the one that was archived.',
  },
  PURGE_ALTERED: {
    ko: '파기 기록에 적힌 것과 다른 자료가 파기되었습니다.',
    en: 'A purge removed other data than its entry states.',
  },
  RECORD_MISSING: {
    ko: '기록이 가리키는 자료가 없으며, 이를 설명하는 파기 기록도 없습니다.',
    en: 'A record that an entry refers to is missing, and no purge entry explains it.',
  },
  APPROVAL_INVALID: {
    ko: '유효한 증명 없이 작업이 확정되거나 승인되었습니다.',
    en: 'A person confirmed or approved an operation without a valid proof.',
  },
  RISK_ALTERED: {
    ko: '기록된 위험 판정이 정책과 판정 근거에서 나오지 않습니다.',
    en: 'A recorded risk decision does not follow from its policy and facts.',
  },
  RECEIPT_INVALID: {
    ko: '동의 확인서가 유효하지 않습니다.',
    en: 'A receipt for consents is not valid.',
  },
} as const satisfies Readonly<Record<string, BilingualText>>;
export type FindingKind = keyof typeof findingKinds;

/** The position of an entry. */
export interface EntryPosition {
  readonly stream: string;
  readonly sequence?: number;
  readonly leafIndex?: number;
}

/** An error in the evidence. */
export interface EvidenceFinding {
  readonly kind: FindingKind;
  readonly entry?: EntryPosition;
  readonly message: string;
}

/** What a statement is about that may be true, but that the evidence does not prove. */
export const unprovenKinds = {
  ENTRY: { ko: '기록이 로그에 있다는 것', en: 'That the entry is in the log' },
  CHECKPOINT: {
    ko: '로그가 이전 체크포인트에서 이어진다는 것',
    en: 'That the log continues an earlier checkpoint',
  },
  REISSUE: { ko: '재발급에 대해 적힌 내용', en: 'What is stated about the reissue' },
  STATUS: { ko: '인증서 상태', en: 'The status of a certificate' },
  PERSONAL: { ko: '개인정보 부분', en: 'The personal part of an entry' },
  CONSENT: { ko: '약관 동의의 내용', en: 'The content of a consent' },
  CERTIFICATE: { ko: '발급된 인증서', en: 'The certificate that was issued' },
  HISTORY: { ko: '워크플로 이력', en: 'The history of the workflow' },
  RISK: { ko: '위험 판정', en: 'A risk decision' },
  RECEIPT: { ko: '동의 확인서', en: 'A receipt for consents' },
  APPROVAL: { ko: '작업의 확정과 승인', en: 'The confirmation and approval of an operation' },
} as const satisfies Readonly<Record<string, BilingualText>>;

/** A statement that may be true, but that the evidence does not prove. */
export interface Unproven {
  readonly what: keyof typeof unprovenKinds;
  readonly entry?: EntryPosition;
  readonly message: string;
}

/** The result of a verification: valid if there are no findings. */
export interface EvidenceVerdict {
  readonly valid: boolean;
  readonly unproven: readonly Unproven[];
  readonly findings: readonly EvidenceFinding[];
}

/** Collects the results of a verification. */
export class FindingCollector {
  private readonly findings: EvidenceFinding[] = [];
  private readonly unproven: Unproven[] = [];

  finding(kind: FindingKind, message: string, entry?: EntryPosition): void {
    this.findings.push({ kind, ...(entry ? { entry } : {}), message });
  }

  notProven(what: Unproven['what'], message: string, entry?: EntryPosition): void {
    this.unproven.push({ what, ...(entry ? { entry } : {}), message });
  }

  verdict(): EvidenceVerdict {
    return { valid: this.findings.length === 0, unproven: this.unproven, findings: this.findings };
  }
}
