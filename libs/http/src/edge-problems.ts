import { ProblemError, type ProblemOptions } from './problem-error.js';

/** The problems of HTTP itself, which occur before any application code runs. */
export const edgeProblems = {
  'malformed-request': {
    status: 400,
    title: { en: 'The request cannot be read', ko: '요청을 읽을 수 없습니다' },
  },
  unauthorized: { status: 401, title: { en: 'Authentication is required', ko: '인증이 필요합니다' } },
  forbidden: { status: 403, title: { en: 'This is not allowed', ko: '허용되지 않습니다' } },
  'not-found': { status: 404, title: { en: 'Not found', ko: '찾을 수 없습니다' } },
  'method-not-allowed': {
    status: 405,
    title: { en: 'The method is not allowed', ko: '허용되지 않는 메서드입니다' },
  },
  'not-acceptable': {
    status: 406,
    title: { en: 'This format is not offered', ko: '제공하지 않는 형식입니다' },
  },
  'request-timeout': {
    status: 408,
    title: { en: 'The request took too long', ko: '요청 시간이 초과되었습니다' },
  },
  'body-too-large': { status: 413, title: { en: 'The body is too large', ko: '본문이 너무 큽니다' } },
  'uri-too-long': { status: 414, title: { en: 'The address is too long', ko: '주소가 너무 깁니다' } },
  'unsupported-media-type': {
    status: 415,
    title: { en: 'The media type is not supported', ko: '지원하지 않는 본문 형식입니다' },
  },
  'invalid-request': {
    status: 422,
    title: { en: 'The request has invalid content', ko: '요청 내용이 올바르지 않습니다' },
  },
  'headers-too-large': {
    status: 431,
    title: { en: 'The headers are too large', ko: '요청 헤더가 너무 큽니다' },
  },
  'internal-error': {
    status: 500,
    title: { en: 'Something went wrong on our side', ko: '내부 오류가 발생했습니다' },
  },
  unavailable: { status: 503, title: { en: 'Temporarily unavailable', ko: '잠시 처리할 수 없습니다' } },
} satisfies Record<string, Pick<ProblemOptions, 'status' | 'title'>>;

export type EdgeProblem = keyof typeof edgeProblems;

/** An edge problem as an error to throw. */
export function edgeProblem(
  type: EdgeProblem,
  more: Partial<ProblemOptions> = {},
  cause?: unknown,
): ProblemError {
  return new ProblemError({ type, ...edgeProblems[type], ...more }, cause);
}

/** The edge problem for a status that the framework chose. Other client errors count as malformed requests. */
export function edgeProblemFor(status: number, cause?: unknown): ProblemError {
  const found = (Object.keys(edgeProblems) as EdgeProblem[]).find(
    (type) => edgeProblems[type].status === status,
  );
  if (found) return edgeProblem(found, {}, cause);
  return status >= 400 && status < 500
    ? edgeProblem('malformed-request', { status }, cause)
    : edgeProblem('internal-error', {}, cause);
}
