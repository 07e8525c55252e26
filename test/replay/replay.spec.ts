import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { replay, type RecordedHistory } from '../support/replay.js';
import { bundleOfWorkflows, type WorkflowBundle } from '../support/time-skipping.js';

jest.setTimeout(60_000);

const folder = join(import.meta.dirname, 'histories');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));
const read = (name: string) =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as RecordedHistory;

let bundle: WorkflowBundle;
beforeAll(async () => void (bundle = await bundleOfWorkflows()));

/** The present workflow code with one expression replaced. */
function changed(from: string, to: string): WorkflowBundle {
  const code = bundle.code.replaceAll(from, to);
  if (code === bundle.code) throw new Error(`the workflow code has no ${from}`);
  return { code };
}

describe.each(names)('the workflow code, on the recorded history %s', (name) => {
  it(`The workflow code replays the recorded history ${name}`, async () => {
    await replay(read(name), bundle);
  });

  it(`Another step in the workflow code is detected on the recorded history ${name}`, async () => {
    await expect(replay(read(name), changed('steps.reserveTries(', 'steps.recordAnswers('))).rejects.toThrow(
      /nondeterminism|determinism/i,
    );
  });

  it(`A missing timer in the workflow code is detected on the recorded history ${name}`, async () => {
    const other = changed('timer.setFor(Date.now() + startTimeoutMs);', '');
    await expect(replay(read(name), other)).rejects.toThrow(/nondeterminism|determinism/i);
  });

  it(`The recorded history ${name} cannot be read as another workflow’s`, async () => {
    const other = { ...read(name), workflowId: 'reissue/ri_00000000000000000000000000000000' };
    await expect(replay(other, bundle)).rejects.toThrow();
  });
});

it('Every way in which a reissue ends has a recorded history', () => {
  expect(names).toEqual(
    expect.arrayContaining([
      'cancelled',
      'in-one-call',
      'parked-and-retried',
      'timed-out',
      'waited',
      'withdrawn',
      'without-trouble',
    ]),
  );
});
