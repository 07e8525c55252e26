import type { Started, Verified } from './customer.js';
import type { Answer } from './http.js';

/** What a client can see of an answer, but for what differs from one reissue to the next. */
export function visibleShapeOf({ status, headers, body }: Answer) {
  const { reissue, challenges, results } = body as Partial<Started & Verified>;
  return {
    status,
    headers: [...headers.keys()].filter((name) => name !== 'date').sort(),
    members: Object.keys(body as object).sort(),
    reissue: shapeOf({ ...reissue, id: undefined }),
    hints: challenges?.map(({ method, hint }) => [method, shapeOf(hint)]),
    toSign: challenges?.map(({ toSign }) => toSign?.length),
    attempts: challenges?.map(({ remainingAttempts }) => remainingAttempts),
    results: results?.map(({ accepted, reason }) => [accepted, reason]),
  };
}

/** Which characters stand where: all digits are alike, and all runs of letters. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
  return typeof value === 'string' ? value.replace(/[0-9]/g, '0').replace(/[a-z]+/g, 'a') : value;
}
