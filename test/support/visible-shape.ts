import type { Started, Verified } from './customer.js';
import type { Answer } from './http.js';

/** The parts of an answer that a client can see, without the values that differ between reissues. */
export function visibleShapeOf({ status, headers, body }: Answer) {
  const { reissue, challenges, results } = body as Partial<Started & Verified>;
  return {
    status,
    headers: [...headers.keys()].filter((name) => name !== 'date').sort(),
    members: Object.keys(body as object).sort(),
    reissue: shapeOf({ ...reissue, id: undefined, receiptNumber: typeof reissue?.receiptNumber }),
    hints: challenges?.map(({ method, hint, bank }) => [method, shapeOf(hint), shapeOf(bank)]),
    toSign: challenges?.map(({ toSign }) => toSign?.length),
    attempts: challenges?.map(({ remainingAttempts }) => remainingAttempts),
    results: results?.map(({ accepted, reason }) => [accepted, reason]),
  };
}

/** Replaces each digit by 0 and each run of letters by one letter. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
  return typeof value === 'string' ? value.replace(/[0-9]/g, '0').replace(/[a-z]+/g, 'a') : value;
}
