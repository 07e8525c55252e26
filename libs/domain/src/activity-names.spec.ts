import { describe, expect, it } from '@jest/globals';
import { formerActivityNames, underFormerNames, withFormerNames } from './activity-names.js';

const startReissue = () => 'started';
const parkReissue = () => 'parked';

describe('former names of activities', () => {
  it('A worker registers a renamed activity under both names, and every other one once', () => {
    expect(withFormerNames({ startReissue, parkReissue })).toEqual({
      startReissue,
      openReissue: startReissue,
      parkReissue,
    });
  });

  it('An older workflow calls a renamed activity under its former name', () => {
    const scheduled = new Proxy<Record<string, string>>({}, { get: (_, name) => name });
    const steps = underFormerNames(scheduled);
    expect([steps['startReissue'], steps['parkReissue']]).toEqual(['openReissue', 'parkReissue']);
  });

  it('No former name is the present name of another activity', () => {
    const present: readonly string[] = Object.keys(formerActivityNames);
    expect(Object.values(formerActivityNames).filter((name) => present.includes(name))).toEqual([]);
  });
});
