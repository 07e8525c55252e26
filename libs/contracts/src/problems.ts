import type { BilingualText } from '#libs/domain';

export interface ProblemType {
  readonly status: number;
  /** What happened (`title` of RFC 9457). */
  readonly title: BilingualText;
  /** What to do; the default `detail`. */
  readonly detail: BilingualText;
}

/**
 * Every problem that a client of the gateway can get. The key is the last part of the stable `type`:
 * `urn:reseal:problem:<key>`. Clients branch on the type and never parse texts.
 */
export const problemCatalogue = {
  'malformed-request': {
    status: 400,
    title: { ko: '요청을 읽을 수 없습니다', en: 'The request cannot be read' },
    detail: { ko: '본문이 올바른 JSON인지 확인해 주세요.', en: 'Check that the body is well-formed JSON.' },
  },
  'invalid-request': {
    status: 422,
    title: { ko: '요청 내용이 올바르지 않습니다', en: 'The request has invalid content' },
    detail: {
      ko: 'errors에 적힌 항목을 고쳐 다시 보내 주세요.',
      en: 'Correct the members listed in errors and send the request again.',
    },
  },
  'idempotency-key-required': {
    status: 400,
    title: { ko: 'Idempotency-Key가 필요합니다', en: 'An Idempotency-Key is required' },
    detail: {
      ko: '인쇄 가능한 문자 16~128자의 Idempotency-Key 헤더를 보내 주세요.',
      en: 'Send the header Idempotency-Key with 16 to 128 printable characters.',
    },
  },
  'idempotency-mismatch': {
    status: 409,
    title: {
      ko: '같은 Idempotency-Key로 다른 요청을 보냈습니다',
      en: 'This Idempotency-Key was used for another request',
    },
    detail: {
      ko: '재시도라면 본문을 그대로, 새 요청이라면 새 키를 보내 주세요.',
      en: 'To retry, send the same body; for a new request, send a new key.',
    },
  },
  'unknown-api-key': {
    status: 401,
    title: { ko: 'API 키를 알 수 없습니다', en: 'The API key is unknown' },
    detail: {
      ko: '발급받은 키를 X-Api-Key 헤더로 보내 주세요.',
      en: 'Send your key in the header X-Api-Key.',
    },
  },
  'origin-not-allowed': {
    status: 403,
    title: {
      ko: '이 API 키로는 이 웹사이트에서 호출할 수 없습니다',
      en: 'The API key may not be used from this origin',
    },
    detail: {
      ko: '이 API 키에 등록된 출처(origin)의 페이지에서 호출해 주세요.',
      en: 'Call from a page whose origin is registered for the API key.',
    },
  },
  'invalid-token': {
    status: 401,
    title: { ko: '접근 토큰이 유효하지 않습니다', en: 'The access token is not valid' },
    detail: {
      ko: '재발급을 시작할 때 받은 토큰을 보내 주세요. 만료되었다면 새로 시작해 주세요.',
      en: 'Send the token you got when you started the reissue. If it has expired, start again.',
    },
  },
  'not-your-reissue': {
    status: 403,
    title: { ko: '이 토큰으로 열 수 없는 재발급입니다', en: 'This token does not open this reissue' },
    detail: { ko: '해당 재발급의 토큰을 보내 주세요.', en: 'Send the token of this reissue.' },
  },
  'not-found': {
    status: 404,
    title: { ko: '찾을 수 없습니다', en: 'Not found' },
    detail: { ko: '주소를 확인해 주세요.', en: 'Check the address.' },
  },
  'transfer-over': {
    status: 410,
    title: { ko: '사용할 수 없는 전송 번호입니다', en: 'This transfer is not possible' },
    detail: {
      ko: '번호가 틀렸거나 이미 사용되었거나 시간이 지났습니다. 보내는 기기에서 새 번호를 만들어 주세요.',
      en: 'The number is wrong, was already used, or has expired. Make a new number on the sending device.',
    },
  },
  'stop-link-refused': {
    status: 404,
    title: { ko: '유효하지 않은 링크입니다', en: 'The link is not valid' },
    detail: {
      ko: '메시지의 링크를 다시 열어 주세요. 계속되면 고객센터로 전화해 주세요.',
      en: 'Open the link in the message again. If that does not help, call the call centre.',
    },
  },
  'stop-link-over': {
    status: 410,
    title: { ko: '이미 종료된 재발급입니다', en: 'The reissue has already ended' },
    detail: {
      ko: '이 링크로는 더 이상 할 수 있는 일이 없습니다. 본인이 신청하지 않은 재발급이라면 고객센터로 전화해 주세요.',
      en: 'The link can change nothing any more. If the reissue was not yours, call the call centre.',
    },
  },
  'method-not-allowed': {
    status: 405,
    title: { ko: '허용되지 않는 메서드입니다', en: 'The method is not allowed' },
    detail: { ko: 'API 문서를 확인해 주세요.', en: 'See the API document.' },
  },
  'not-acceptable': {
    status: 406,
    title: { ko: '제공하지 않는 형식입니다', en: 'This format is not offered' },
    detail: {
      ko: 'Accept 헤더에 제공하는 형식을 적어 주세요.',
      en: 'Name one of the offered formats in the header Accept.',
    },
  },
  'body-too-large': {
    status: 413,
    title: { ko: '본문이 너무 큽니다', en: 'The body is too large' },
    detail: { ko: '크기를 줄여 다시 보내 주세요.', en: 'Send a smaller body.' },
  },
  'unsupported-media-type': {
    status: 415,
    title: { ko: '지원하지 않는 본문 형식입니다', en: 'The media type is not supported' },
    detail: { ko: 'application/json으로 보내 주세요.', en: 'Send application/json.' },
  },
  'wrong-state': {
    status: 409,
    title: { ko: '지금은 할 수 없는 단계입니다', en: 'This step is not possible now' },
    detail: {
      ko: 'reissue.next에 적힌 단계를 진행해 주세요.',
      en: 'Continue with the step that reissue.next names.',
    },
  },
  parked: {
    status: 409,
    title: { ko: '처리가 지연되고 있습니다', en: 'Our staff are looking into it' },
    detail: {
      ko: '담당자가 확인하고 있습니다. 입력하신 내용은 보관되어 있으며 따로 하실 일은 없습니다. 처리가 재개되면 문자로 알려 드립니다.',
      en: 'Our staff are working on it. What you entered is kept, and you do not need to do anything. We will notify you by SMS when the reissue continues.',
    },
  },
  'too-many-steps': {
    status: 409,
    title: { ko: '시도 횟수가 너무 많습니다', en: 'This reissue has had too many attempts' },
    detail: {
      ko: '이 재발급을 취소하고 새로 시작해 주세요.',
      en: 'Cancel this reissue and start a new one.',
    },
  },
  'method-not-offered': {
    status: 422,
    title: { ko: '사용할 수 없는 본인확인 방법입니다', en: 'This identity method is not offered' },
    detail: {
      ko: 'reissue.next.methods 중에서 선택해 주세요.',
      en: 'Choose one of reissue.next.methods.',
    },
  },
  'method-locked': {
    status: 423,
    title: { ko: '본인확인 방법이 잠겼습니다', en: 'This identity method is locked' },
    detail: {
      ko: '다른 방법을 선택하거나 내일 다시 시도해 주세요.',
      en: 'Choose another method or try again tomorrow.',
    },
  },
  'too-many-sends': {
    status: 429,
    title: { ko: '인증번호를 더 보낼 수 없습니다', en: 'No more codes can be sent' },
    detail: {
      ko: '마지막으로 받은 번호를 입력하거나 새로 시작해 주세요.',
      en: 'Enter the last code you got, or start again.',
    },
  },
  'unknown-challenge': {
    status: 422,
    title: { ko: '알 수 없는 확인 요청입니다', en: 'The challenge is unknown' },
    detail: {
      ko: '가장 최근에 받은 challengeId를 보내 주세요.',
      en: 'Send the challengeId that you received last.',
    },
  },
  'answer-malformed': {
    status: 422,
    title: { ko: '입력한 내용의 형식이 올바르지 않습니다', en: 'An answer is not well-formed' },
    detail: {
      ko: '시도 횟수에 포함되지 않습니다. 받은 그대로 다시 입력해 주세요.',
      en: 'This attempt was not counted. Enter the answer again exactly as you received it.',
    },
  },
  'envelope-refused': {
    status: 422,
    title: { ko: '봉인된 값을 받을 수 없습니다', en: 'A sealed value was refused' },
    detail: {
      ko: '/v1/keys의 현재 키로 이 재발급과 그 키, 이 앱, 용도에 맞게 다시 봉인해 주세요.',
      en: 'Seal it again with a current key of /v1/keys, for this reissue and its key, this app and this purpose.',
    },
  },
  'applicant-invalid': {
    status: 422,
    title: {
      ko: '주민등록번호나 신분증 정보의 형식이 올바르지 않습니다',
      en: 'The number or the document is not well-formed',
    },
    detail: {
      ko: '주민등록번호 13자리(신분증은 종류, 발급일, 면허번호 포함)를 확인하고 다시 봉인하여 보내 주세요.',
      en: 'Check the 13 digits of the resident registration number and, for a document, its type, date of issue and licence number. Seal them again and send them.',
    },
  },
  'password-wrong': {
    status: 422,
    title: { ko: '인증서 비밀번호가 맞지 않습니다', en: 'The certificate password is wrong' },
    detail: {
      ko: '남은 횟수는 reissue.attempts.password입니다. 잊으셨다면 재설정해 주세요.',
      en: 'reissue.attempts.password is the number of attempts left. If you forgot the password, reset it.',
    },
  },
  'password-locked': {
    status: 423,
    title: { ko: '인증서 비밀번호가 잠겼습니다', en: 'The certificate password is locked' },
    detail: { ko: '비밀번호를 재설정해 주세요.', en: 'Reset the password to continue.' },
  },
  'no-password-on-file': {
    status: 409,
    title: { ko: '등록된 인증서 비밀번호가 없습니다', en: 'There is no certificate password on file' },
    detail: { ko: '새 비밀번호를 설정해 주세요.', en: 'Set a new password (password/reset).' },
  },
  'password-rules': {
    status: 422,
    title: { ko: '새 비밀번호가 규칙에 맞지 않습니다', en: 'The new password breaks a rule' },
    detail: { ko: 'errors에 적힌 규칙을 확인해 주세요.', en: 'See the rules listed in errors.' },
  },
  'more-identity-needed': {
    status: 409,
    title: { ko: '본인확인이 더 필요합니다', en: 'More proof of identity is needed' },
    detail: {
      ko: 'reissue.next.methods로 확인한 뒤 다시 시도해 주세요.',
      en: 'Verify one of reissue.next.methods, then repeat the call.',
    },
  },
  'consent-incomplete': {
    status: 422,
    title: { ko: '필수 약관 동의가 빠졌습니다', en: 'Consent to mandatory terms is missing' },
    detail: {
      ko: 'errors에 적힌 약관의 현재 버전에 동의해 주세요.',
      en: 'Agree to the current version of the terms listed in errors.',
    },
  },
  'request-refused': {
    status: 422,
    title: { ko: '인증서 요청이 거절되었습니다', en: 'The certificate request was refused' },
    detail: {
      ko: 'code를 확인하고 시작할 때 알린 키로 다시 요청해 주세요.',
      en: 'Check code, and send a request for the key named at the start.',
    },
  },
  'registration-proof-invalid': {
    status: 422,
    title: { ko: '등록 확인 서명이 맞지 않습니다', en: 'The registration proof is not valid' },
    detail: {
      ko: '새 인증서의 키로 reissue.next.challenge.toSign의 바이트를 그대로 서명해 주세요.',
      en: 'Sign the exact bytes of reissue.next.challenge.toSign with the new key.',
    },
  },
  'another-reissue-registered': {
    status: 409,
    title: { ko: '다른 재발급이 방금 완료되었습니다', en: 'Another reissue was completed just now' },
    detail: {
      ko: '그때 받은 인증서를 사용해 주세요. 사용할 수 없다면 새로 시작해 주세요.',
      en: 'Use the certificate you got there; if you cannot, start again.',
    },
  },
  'not-issued': {
    status: 409,
    title: { ko: '아직 발급된 인증서가 없습니다', en: 'There is no certificate yet' },
    detail: { ko: '발급이 끝난 뒤 내려받아 주세요.', en: 'Download it once it has been issued.' },
  },
  'certificate-withdrawn': {
    status: 410,
    title: { ko: '인증서가 철회되었습니다', en: 'The certificate was withdrawn' },
    detail: { ko: '새로 시작해 주세요.', en: 'Start a new reissue.' },
  },
  'certificate-without-vid': {
    status: 409,
    title: { ko: '식별 정보가 없는 인증서입니다', en: 'The certificate has no VID' },
    detail: {
      ko: '이 인증서로는 주민등록번호를 확인할 수 없습니다. 재발급받은 인증서로 확인해 주세요.',
      en: 'A number cannot be checked against this certificate. Use a certificate that was issued later.',
    },
  },
  'too-many-wrong-checks': {
    status: 429,
    title: { ko: '오늘 확인할 수 있는 횟수를 넘었습니다', en: 'Too many wrong checks today' },
    detail: {
      ko: 'Retry-After에 적힌 시간 뒤에 다시 확인해 주세요.',
      en: 'Check again after the time in Retry-After.',
    },
  },
  'unknown-photo': {
    status: 422,
    title: { ko: '신분증 사진을 찾을 수 없습니다', en: 'The photo was not found' },
    detail: {
      ko: '이 재발급에서 사진을 먼저 올린 뒤, 받은 photoId를 보내 주세요.',
      en: 'First upload the photo in this reissue, then send the photoId of the response.',
    },
  },
  'photo-too-large': {
    status: 413,
    title: { ko: '사진 파일이 너무 큽니다', en: 'The photo is too large' },
    detail: { ko: '10 MB 이하의 사진을 올려 주세요.', en: 'Send a photo of at most 10 MB.' },
  },
  'not-a-photo': {
    status: 415,
    title: { ko: '사진 파일이 아닙니다', en: 'The file is not a photo' },
    detail: { ko: 'JPEG, PNG 또는 HEIC 사진을 올려 주세요.', en: 'Send a photo as JPEG, PNG or HEIC.' },
  },
  'photo-too-small': {
    status: 422,
    title: { ko: '사진의 해상도가 너무 낮습니다', en: 'The resolution of the photo is too low' },
    detail: {
      ko: '신분증이 화면에 가득 차게 다시 촬영해 주세요(400×250 픽셀 이상).',
      en: 'Take the photo again so that the document fills it (at least 400 by 250 pixels).',
    },
  },
  'photo-too-many-pixels': {
    status: 422,
    title: { ko: '사진의 해상도가 너무 높습니다', en: 'The photo has too many pixels' },
    detail: {
      ko: '5천만 화소 이하, 한 변 12,000픽셀 이하의 사진을 올려 주세요.',
      en: 'Send a photo of at most 50 megapixels, with sides of at most 12,000 pixels.',
    },
  },
  'photo-damaged': {
    status: 422,
    title: { ko: '사진을 읽을 수 없습니다', en: 'The photo cannot be read' },
    detail: {
      ko: '파일이 손상되었습니다. 다시 촬영하여 올려 주세요.',
      en: 'The file is damaged. Take the photo again.',
    },
  },
  'too-many-photos': {
    status: 409,
    title: { ko: '사진을 더 올릴 수 없습니다', en: 'No more photos can be uploaded' },
    detail: {
      ko: '이미 올린 사진의 photoId로 확인하거나 새로 시작해 주세요.',
      en: 'Use the photoId of one you sent before, or start again.',
    },
  },
  'consent-mandatory': {
    status: 409,
    title: { ko: '필수 동의는 철회할 수 없습니다', en: 'This consent is required' },
    detail: {
      ko: '재발급이 진행 중이면 취소해 주세요. 끝난 뒤에는 은행에 인증서 폐지를 신청해 주세요.',
      en: 'Cancel the reissue if it is still running. After its end, ask the bank to revoke the certificate.',
    },
  },
  'consent-not-given': {
    status: 409,
    title: { ko: '동의한 적이 없는 약관입니다', en: 'There is no such consent' },
    detail: {
      ko: '이 재발급에서 동의한 선택 약관의 termsId를 보내 주세요.',
      en: 'Send the termsId of optional terms that were agreed to in this reissue.',
    },
  },
  'request-timeout': {
    status: 408,
    title: { ko: '요청 시간이 초과되었습니다', en: 'The request took too long' },
    detail: { ko: '다시 보내 주세요.', en: 'Send it again.' },
  },
  'uri-too-long': {
    status: 414,
    title: { ko: '주소가 너무 깁니다', en: 'The address is too long' },
    detail: { ko: '주소를 확인해 주세요.', en: 'Check the address.' },
  },
  'headers-too-large': {
    status: 431,
    title: { ko: '요청 헤더가 너무 큽니다', en: 'The headers are too large' },
    detail: { ko: '헤더를 줄여 다시 보내 주세요.', en: 'Send fewer or smaller headers.' },
  },
  'too-many-requests': {
    status: 429,
    title: { ko: '요청이 너무 많습니다', en: 'Too many requests' },
    detail: {
      ko: 'Retry-After에 적힌 시간 뒤에 다시 시도해 주세요.',
      en: 'Try again after the time in Retry-After.',
    },
  },
  unavailable: {
    status: 503,
    title: { ko: '잠시 처리할 수 없습니다', en: 'Temporarily unavailable' },
    detail: {
      ko: '같은 Idempotency-Key와 본문으로 잠시 뒤 다시 보내 주세요.',
      en: 'Send it again in a moment, with the same Idempotency-Key and body.',
    },
  },
  'internal-error': {
    status: 500,
    title: { ko: '내부 오류가 발생했습니다', en: 'Something went wrong on our side' },
    detail: {
      ko: 'traceId를 알려 주시면 확인하겠습니다.',
      en: 'Contact us with the traceId.',
    },
  },
} as const satisfies Record<string, ProblemType>;

export type ProblemSlug = keyof typeof problemCatalogue;

/** The stable `type` of a problem. */
export function problemType(slug: ProblemSlug): string {
  return `urn:reseal:problem:${slug}`;
}
