import { expect } from '@jest/globals';
import { problemCatalogue, type ProblemSlug } from '#libs/contracts';
import type { Answer, Problem } from './http.js';

/** Checks that an answer is this problem of the catalogue: media type, status, type, English title, trace id. */
export function expectProblem(answer: Answer, slug: ProblemSlug): Problem {
  const { status, title } = problemCatalogue[slug];
  expect({ status: answer.status, body: answer.body }).toMatchObject({
    status,
    body: {
      type: `urn:reseal:problem:${slug}`,
      title: title.en,
      status,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    },
  });
  return expectSomeProblem(answer);
}

/** Checks the members that every problem document has. */
export function expectSomeProblem(answer: Answer): Problem {
  const { status, headers, problem } = answer;
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^urn:reseal:problem:[a-z-]+$/),
    title: expect.stringMatching(/./),
    status,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  return problem!;
}
