import { edgeProblem, ProblemError } from '#libs/http';

/** 404: no request with this id arrived. */
export function notFound(en: string, ko: string): ProblemError {
  return edgeProblem('not-found', { detail: { en, ko } });
}

/** 409: a request id was used again with other content. */
export function idReused(parameter: 'transactionId' | 'attemptId'): ProblemError {
  return new ProblemError({
    type: 'id-reused',
    status: 409,
    title: { en: 'The id was used for another request', ko: '다른 요청에 쓰인 식별자입니다' },
    detail: {
      en: `Give a new request a new ${parameter}.`,
      ko: `새 요청에는 새 ${parameter}를 사용해 주세요.`,
    },
  });
}

/** 503: the provider is switched off. */
export function switchedOff(provider: string): ProblemError {
  return edgeProblem('unavailable', {
    detail: {
      en: `The provider ${provider} is switched off (PUT /v1/faults/${provider}).`,
      ko: `제공자 ${provider}가 꺼져 있습니다 (PUT /v1/faults/${provider}).`,
    },
  });
}

/** 503: people were created but cannot be enrolled now; the sandbox retries. */
export function enrolmentDelayed(cause: unknown): ProblemError {
  return edgeProblem(
    'unavailable',
    {
      detail: {
        en: 'The bank or its CA cannot be reached. The people will appear in GET /v1/people once it can.',
        ko: '은행 또는 인증기관에 연결할 수 없습니다. 연결되면 GET /v1/people에 나타납니다.',
      },
    },
    cause,
  );
}
