import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stateFolder } from '../support/app-environment.js';

const linesOf = (app: string) => readFileSync(join(stateFolder(), 'logs', `${app}.log`), 'utf8').split('\n');

describe('whatever was done to the stack', () => {
  it.each(['gateway', 'worker', 'signer', 'status', 'ops'])(
    'The %s did not end by an error of its own',
    (app) => {
      expect(linesOf(app).filter((line) => line.includes('"level":"fatal"'))).toEqual([]);
    },
  );

  it.each(['gateway', 'ops'])('The %s logged no error of its own', (app) => {
    const answered = linesOf(app).filter((line) => line.includes('"msg":"request"'));
    expect(answered.length).toBeGreaterThan(0);
    expect(answered.filter((line) => /"status":5(?!03)\d\d/.test(line))).toEqual([]);
  });
});
