import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, expect, it } from '@jest/globals';
import { connectToStack } from '../support/running-stack.js';

const stack = connectToStack();
afterAll(() => stack.close());

/** The block of the API walkthrough that readers paste into bash. */
function walkthrough(): string {
  const page = readFileSync('docs/api.md', 'utf8');
  const [, script] = /walkthrough\.spec\.ts[^`]*```bash\n([^]*?)```/.exec(page) ?? [];
  if (!script) throw new Error('docs/api.md has no such block');
  return script;
}

it('Curl alone makes a reissue, as the API walkthrough says', async () => {
  const { gateway, sandbox } = stack.addresses;
  const env = { ...process.env, RESEAL_GATEWAY_URL: gateway, RESEAL_SANDBOX_URL: sandbox };
  const { stdout } = await promisify(execFile)('bash', ['-c', walkthrough()], { env });
  expect(stdout).toContain('-----BEGIN CERTIFICATE-----');
  const last = JSON.parse(stdout.slice(stdout.lastIndexOf('{"id"'))) as { id: string; state: string };
  expect(last.state).toBe('REGISTERED');
});
