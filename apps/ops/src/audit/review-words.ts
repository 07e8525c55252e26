import type { StaffRole } from '#libs/domain';

interface ReviewWords {
  readonly title: (month: string) => string;
  readonly period: (from: string, to: string) => string;
  readonly made: (at: string) => string;
  readonly people: string;
  readonly acts: string;
  readonly overlooked: string;
  readonly nothingOverlooked: string;
  readonly parkedReissues: string;
  readonly undecidedOperations: string;
  readonly earlierReview: string;
  readonly noActs: string;
  readonly noPeople: string;
  readonly neverSignedIn: string;
  readonly signOff: string;
  readonly signOffText: string;
  readonly signOffLines: readonly string[];
  /** Headings of the table of persons. */
  readonly personTitles: readonly string[];
  /** Headings of the table of acts. */
  readonly actTitles: readonly string[];
  /** Headings of the CSV file. */
  readonly csvTitles: readonly string[];
  readonly rightKept: string;
  readonly role: Readonly<Record<StaffRole, string>>;
}

/** The words of the access review. */
export const reviewWords: Readonly<Record<'ko' | 'en', ReviewWords>> = {
  ko: {
    title: (month) => `월간 접근 검토 ${month}`,
    period: (from, to) => `검토 기간: ${from}부터 ${to} 전까지 (한국 시각)`,
    made: (at) => `작성 시각: ${at}`,
    people: '접근 권한을 가진 사람',
    acts: '조회와 행위',
    overlooked: '확인했어야 하나 확인하지 않은 것',
    nothingOverlooked: '확인하지 않고 지나간 것이 없습니다.',
    parkedReissues: '멈춘 뒤 직원이 한 번도 확인하지 않은 재발급',
    undecidedOperations: '두 번째 사람의 결정 없이 기한이 지난 작업',
    earlierReview: '검토하지 않은 이전 달',
    noActs: '기록된 조회와 행위가 없습니다.',
    noPeople: '접근한 사람이 없습니다.',
    neverSignedIn: '로그인 기록 없음',
    signOff: '검토 확인',
    signOffText: '위 내용을 검토했으며, 더 필요하지 않은 권한은 회수를 요청했습니다.',
    signOffLines: ['검토자 성명', '소속과 직위', '검토일', '서명'],
    personTitles: [
      '이름',
      '식별자',
      '역할',
      '마지막 로그인',
      '이번 달에 쓰지 않은 역할',
      '권한 유지 (예/아니오)',
    ],
    actTitles: ['이름', '식별자', '행위', '결과', '횟수', '재발급 수', '처음', '마지막'],
    csvTitles: [
      ...['구분', '이름', '식별자', '역할', '행위', '행위 코드', '결과', '결과 코드'],
      ...['횟수', '재발급 수', '처음', '마지막'],
    ],
    rightKept: '예 · 아니오',
    role: { operator: '운영자', approver: '승인자', auditor: '감사자' },
  },
  en: {
    title: (month) => `Access review ${month}`,
    period: (from, to) => `Period: from ${from} until before ${to} (time in Korea)`,
    made: (at) => `Made: ${at}`,
    people: 'People with access',
    acts: 'Reads and acts',
    overlooked: 'What should have been looked at and was not',
    nothingOverlooked: 'Nothing was overlooked.',
    parkedReissues: 'Reissues that no member of staff looked at after they were parked',
    undecidedOperations: 'Operations that expired without the decision of a second person',
    earlierReview: 'Earlier month without a review',
    noActs: 'No reads or acts were recorded.',
    noPeople: 'No one had access.',
    neverSignedIn: 'no sign-in recorded',
    signOff: 'Sign-off',
    signOffText: 'I have reviewed the above, and asked to withdraw the rights that are no longer needed.',
    signOffLines: ['Name of the reviewer', 'Department and position', 'Date', 'Signature'],
    personTitles: [
      'Name',
      'Id',
      'Roles',
      'Last sign-in',
      'Roles not used in the month',
      'Keep the rights (yes/no)',
    ],
    actTitles: ['Name', 'Id', 'Action', 'Outcome', 'Times', 'Reissues', 'First', 'Last'],
    csvTitles: [
      ...['Part', 'Name', 'Id', 'Roles', 'Action', 'Action code', 'Outcome', 'Outcome code'],
      ...['Times', 'Reissues', 'First', 'Last'],
    ],
    rightKept: 'yes · no',
    role: { operator: 'Operator', approver: 'Approver', auditor: 'Auditor' },
  },
};
