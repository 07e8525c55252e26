import { describe, expect, it } from '@jest/globals';
import { isOptionError, parseOptions } from './parse-options.js';
import { unknownName } from './unknown-name.js';

const options = {
  confirm: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  as: { type: 'string' },
} as const;

function refusalOf(args: string[]): unknown {
  try {
    return parseOptions({ args, options });
  } catch (error) {
    return error;
  }
}

describe('options', () => {
  it('Known options are parsed', () => {
    expect(parseOptions({ args: ['--dry-run', '--as', 'Kim'], options }).values).toEqual({
      'dry-run': true,
      as: 'Kim',
    });
  });

  it.each([
    ['--confrim', '--confirm'],
    ['--dryrun', '--dry-run'],
    ['--dry-run-only', '--dry-run'],
  ])('In place of %s, %s is named', (typed, meant) => {
    const refusal = refusalOf([typed]);
    expect(isOptionError(refusal)).toBe(true);
    expect((refusal as Error).message).toBe(`Unknown option "${typed}". Did you mean "${meant}"?`);
  });

  it('All options are named if none is like the unknown one', () => {
    expect((refusalOf(['--verbose']) as Error).message).toBe(
      'Unknown option "--verbose". There is --confirm, --dry-run, --as.',
    );
  });

  it('Other errors stay as they are', () => {
    expect((refusalOf(['--as']) as Error).message).toContain('argument missing');
    expect(isOptionError(new TypeError('of another kind'))).toBe(false);
  });

  it('A command is named by the same rule', () => {
    const commands = ['status', 'rotate', 'erase'];
    expect(unknownName('command', 'stauts', commands)).toBe(
      'Unknown command "stauts". Did you mean "status"?',
    );
    expect(unknownName('command', 'destroy', commands)).toContain('There is status, rotate, erase.');
  });
});
