import { describe, expect, it } from '@jest/globals';
import { problemCatalogue, type ProblemSlug } from '#libs/contracts';
import { edgeProblems } from '#libs/http';

describe('the problem catalogue', () => {
  const shared = Object.entries(edgeProblems).filter(([slug]) => slug in problemCatalogue);

  it.each(shared)(
    'The problem %s has the same status and title in the catalogue and at the edge',
    (slug, { status, title }) => {
      expect(problemCatalogue[slug as ProblemSlug]).toMatchObject({ status, title });
    },
  );
});
