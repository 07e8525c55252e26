import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { environmentConfig } from './fragments.js';
import { loadConfig } from './load-config.js';
import { plainHttpConfig, refuseDevelopmentAddresses } from './production.js';
import { url, urls } from './values.js';

const schema = z
  .object({
    ...environmentConfig,
    ...plainHttpConfig,
    issuer: url('http', 'https').optional(),
    providers: urls('http', 'https').optional(),
    mail: url('smtp', 'smtps').optional(),
  })
  .superRefine(refuseDevelopmentAddresses('issuer', 'providers', 'mail'));
const inProduction = (more: NodeJS.ProcessEnv) => loadConfig(schema, { RESEAL_ENV: 'production', ...more });

describe('refuseDevelopmentAddresses', () => {
  it('refuseDevelopmentAddresses refuses plain http in production, unless a setting permits it', () => {
    const plain = { RESEAL_PROVIDERS: 'https://a.bank.co.kr,http://b.bank.co.kr' };
    expect(() => inProduction(plain)).toThrow(/RESEAL_PROVIDERS: must be https in production/);
    expect(inProduction({ ...plain, RESEAL_ALLOW_PLAIN_HTTP: 'true' }).providers).toHaveLength(2);
    expect(() => inProduction({ RESEAL_ISSUER: 'http://login.bank.co.kr' })).toThrow(/RESEAL_ISSUER/);
  });

  it.each([
    'https://127.0.0.1:3003/v1/telecom',
    'https://127.9.9.9',
    'https://0x7f000001/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://0.0.0.0/',
    'https://localhost:3003',
    'https://LOCALHOST./',
    'https://sandbox.bank.co.kr',
    'https://sandbox-2.bank.co.kr',
    'https://telecom.sandbox.svc.cluster.local',
    'https://provider.example',
    'https://provider.test',
  ])('refuseDevelopmentAddresses refuses %s as a sandbox, also if plain http is permitted', (address) => {
    const settings = { RESEAL_PROVIDERS: address, RESEAL_ALLOW_PLAIN_HTTP: 'true' };
    expect(() => inProduction(settings)).toThrow(
      /RESEAL_PROVIDERS: must not lead to this machine or to a sandbox/,
    );
    expect(loadConfig(schema, { RESEAL_ENV: 'development', ...settings }).providers).toEqual([address]);
  });

  it('refuseDevelopmentAddresses accepts addresses of real hosts and mail servers', () => {
    const real = { RESEAL_ISSUER: 'https://login.bank.co.kr', RESEAL_MAIL: 'smtp://mail.bank.co.kr:587' };
    expect(inProduction(real)).toMatchObject({ issuer: real.RESEAL_ISSUER, mail: real.RESEAL_MAIL });
    expect(() => inProduction({ RESEAL_MAIL: 'smtp://127.0.0.1:3025' })).toThrow(/RESEAL_MAIL/);
  });

  it('refuseDevelopmentAddresses refuses an address without quoting it', () => {
    expect(() => inProduction({ RESEAL_ISSUER: 'http://canary.bank.co.kr' })).not.toThrow(/canary/);
  });
});
