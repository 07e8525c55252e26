import { expect, it } from '@jest/globals';
import { StatementNames } from './statement-names.js';

it('A text has a name from its second use on, and no other text has it', () => {
  const names = new StatementNames();
  expect(names.nameOf('select 1')).toBeUndefined();
  const name = names.nameOf('select 1');
  expect(name).toBeDefined();
  expect(names.nameOf('select 1')).toBe(name);
  names.nameOf('select 2');
  expect(names.nameOf('select 2')).not.toBe(name);
});

it('Commands other than queries have no name', () => {
  const names = new StatementNames();
  for (const text of ['begin', 'create table t ()', 'set local x = 1', 'lock table t', 'notify c'])
    expect([names.nameOf(text), names.nameOf(text)]).toEqual([undefined, undefined]);
});

it('Texts that vary without end get no names', () => {
  const names = new StatementNames();
  const given = Array.from({ length: 10_000 }, (_, n) => [
    names.nameOf(`select ${n}`),
    names.nameOf(`select ${n}`),
  ]);
  expect(given.filter(([, second]) => second !== undefined)).toHaveLength(2_000);
});

it('A renewed name is never given again, and is renewed once', () => {
  const names = new StatementNames();
  names.nameOf('select 1');
  const old = names.nameOf('select 1')!;
  names.renew('select 1', old);
  names.nameOf('select 1');
  const renewed = names.nameOf('select 1');
  expect(renewed).not.toBe(old);
  names.renew('select 1', old); // another connection finds the same
  expect(names.nameOf('select 1')).toBe(renewed);
});
