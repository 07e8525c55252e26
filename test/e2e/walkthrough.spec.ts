import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, expect, it } from '@jest/globals';
import { connectToStack } from '../support/running-stack.js';

const stack = connectToStack();
afterAll(() => stack.close());

/** The block of the README that is to be pasted. */
function walkthrough(): string {
  const readme = readFileSync('README.md', 'utf8');
  const [, script] = /walkthrough\.spec\.ts[^`]*```bash\n([^]*?)```/.exec(readme) ?? [];
  if (!script) throw new Error('the README has no such block');
  return script;
}

it('a reissue can be made with curl alone, as the README says', async () => {
  const { gateway, sandbox } = stack.addresses;
  const env = { ...process.env, RESEAL_GATEWAY_URL: gateway, RESEAL_SANDBOX_URL: sandbox };
  const { stdout } = await promisify(execFile)('bash', ['-c', walkthrough()], { env });
  expect(stdout).toContain('-----BEGIN CERTIFICATE-----');
  const last = JSON.parse(stdout.slice(stdout.lastIndexOf('{"id"'))) as { id: string; state: string };
  expect(last.state).toBe('REGISTERED');
});
