import { describe, expect, it } from '@jest/globals';
import { problemCatalogue, type ProblemSlug } from '#libs/contracts';
import { edgeProblems } from '#libs/http';

describe('the problem catalogue', () => {
  const shared = Object.entries(edgeProblems).filter(([slug]) => slug in problemCatalogue);

  it.each(shared)('says of %s what is said where HTTP itself gives rise to it', (slug, { status, title }) => {
    expect(problemCatalogue[slug as ProblemSlug]).toMatchObject({ status, title });
  });
});
