import { Sandbox } from '../support/sandbox.js';
import { print } from './console.js';
import { reissueOnce } from './reissue-once.js';

/**
 * Makes one reissue for a new sample person, as a check of a deployment with a sandbox. Reads RESEAL_GATEWAY_URL and
 * RESEAL_SANDBOX_URL. Exits with 1 if a step fails.
 */
try {
  const { RESEAL_GATEWAY_URL: gateway, RESEAL_SANDBOX_URL: sandboxUrl } = process.env;
  if (!gateway || !sandboxUrl) throw new Error('RESEAL_GATEWAY_URL and RESEAL_SANDBOX_URL must be set');
  const sandbox = new Sandbox(sandboxUrl);
  const [person] = await sandbox.makePeople(1, 'EXPIRED');
  print.header();
  const options = { reason: 'EXPIRED', by: 'MOBILE', methods: ['PHONE_CODE', 'ONE_WON'] } as const;
  const completed = await reissueOnce({ gateway, sandbox }, person!, options, print.step);
  print.total(completed.ms);
} catch (error) {
  print.failure(error as Error);
  process.exitCode = 1;
}
