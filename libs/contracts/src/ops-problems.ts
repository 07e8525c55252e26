import { problemCatalogue, type ProblemType } from './problems.js';

/** Problems that the gateway's clients can get too. */
const common = [
  'malformed-request',
  'invalid-request',
  'idempotency-key-required',
  'idempotency-mismatch',
  'not-found',
  'method-not-allowed',
  'not-acceptable',
  'unsupported-media-type',
  'body-too-large',
  'request-timeout',
  'uri-too-long',
  'headers-too-large',
  'too-many-requests',
  'unavailable',
  'internal-error',
] as const satisfies (keyof typeof problemCatalogue)[];

/** Every problem that staff can get. The key is the last part of the stable `type`: `urn:reseal:problem:<key>`. */
export const opsProblemCatalogue = {
  ...(Object.fromEntries(common.map((slug) => [slug, problemCatalogue[slug]])) as Pick<
    typeof problemCatalogue,
    (typeof common)[number]
  >),
  'sign-in-required': {
    status: 401,
    title: { ko: '로그인이 필요합니다', en: 'You are not signed in' },
    detail: {
      ko: '로그인한 뒤 다시 시도해 주세요.',
      en: 'Sign in and try again.',
    },
  },
  'token-refused': {
    status: 401,
    title: { ko: '로그인이 만료되었거나 올바르지 않습니다', en: 'Your sign-in is no longer valid' },
    detail: { ko: '다시 로그인해 주세요.', en: 'Sign in again.' },
  },
  'role-required': {
    status: 403,
    title: { ko: '이 작업을 할 권한이 없습니다', en: 'Your roles do not allow this' },
    detail: {
      ko: 'roles에 적힌 역할 가운데 하나가 필요합니다. 관리자에게 문의해 주세요.',
      en: 'You need one of the roles listed in roles. Ask your administrator.',
    },
  },
  'webhook-address-refused': {
    status: 422,
    title: { ko: '이 주소로는 보낼 수 없습니다', en: 'Events may not be sent to this address' },
    detail: {
      ko: 'reason에 이유가 있습니다. 허용된 호스트의 https 주소를 사용해 주세요.',
      en: 'See reason. Use an https address on an allowed host.',
    },
  },
  'claimed-by-another': {
    status: 409,
    title: { ko: '다른 운영자가 처리하고 있습니다', en: 'Another operator works on this reissue' },
    detail: {
      ko: '그 운영자에게 확인한 뒤 담당을 넘겨받을 수 있습니다.',
      en: 'Ask them first; then you can take it over.',
    },
  },
  'not-parked': {
    status: 409,
    title: { ko: '멈춘 재발급이 아닙니다', en: 'The reissue is not parked' },
    detail: { ko: '화면을 새로 고쳐 주세요.', en: 'Load the page again.' },
  },
  'not-your-own': {
    status: 403,
    title: { ko: '자신의 요청은 승인할 수 없습니다', en: 'You cannot approve your own request' },
    detail: { ko: '다른 승인자에게 요청해 주세요.', en: 'Ask another approver.' },
  },
  'proof-refused': {
    status: 403,
    title: { ko: '본인의 서명을 확인할 수 없습니다', en: 'Your proof of this act is not valid' },
    detail: {
      ko: '이 작업의 digest를 nonce에 담아 다시 로그인한 ID 토큰이 필요합니다.',
      en: 'Sign in again for this act: the nonce of the ID token has to name the act and the digest of the operation.',
    },
  },
  'not-your-operation': {
    status: 403,
    title: { ko: '다른 사람의 작업입니다', en: 'This operation belongs to another person' },
    detail: {
      ko: '작업을 바꾸거나 확인하는 것은 요청한 사람만 할 수 있습니다.',
      en: 'Only the person who requested the operation can change or confirm it.',
    },
  },
  'operation-changed': {
    status: 409,
    title: { ko: '요청 내용이 바뀌었습니다', en: 'The operation has changed since you read it' },
    detail: {
      ko: '다시 읽고, 그 digest로 확인하거나 승인해 주세요.',
      en: 'Read it again, then confirm or approve it with its new digest.',
    },
  },
  'wrong-operation-state': {
    status: 409,
    title: { ko: '지금 상태에서는 할 수 없습니다', en: 'The state of the operation does not allow this' },
    detail: { ko: '작업의 현재 상태를 확인해 주세요.', en: 'Check the current state of the operation.' },
  },
  'nothing-selected': {
    status: 422,
    title: { ko: '대상이 없습니다', en: 'Nothing is selected' },
    detail: {
      ko: '선택한 조건에 맞는 대상이 없습니다. 조건을 확인해 주세요.',
      en: 'Nothing matches the selection. Check its conditions.',
    },
  },
  'too-many-selected': {
    status: 422,
    title: { ko: '대상이 너무 많습니다', en: 'The selection is too large' },
    detail: {
      ko: '한 작업의 대상은 10,000개까지입니다. 조건을 좁혀 주세요.',
      en: 'One operation may have at most 10,000 targets. Narrow the selection.',
    },
  },
  'not-archived': {
    status: 409,
    title: { ko: '증거 자료를 아직 만들 수 없습니다', en: 'The evidence is not available yet' },
    detail: { ko: '잠시 뒤 다시 시도해 주세요.', en: 'Try again in a moment.' },
  },
} as const satisfies Record<string, ProblemType>;
