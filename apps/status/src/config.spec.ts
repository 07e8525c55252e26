import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '#libs/config';
import { statusConfig } from './config.js';

describe('statusConfig', () => {
  it('The status app’s configuration names the database and the OCSP passphrase if they are missing', () => {
    const problems = () => loadConfig(statusConfig, {});
    expect(problems).toThrow(ConfigError);
    expect(problems).toThrow(/RESEAL_DATABASE_URL is missing/);
    expect(problems).toThrow(/RESEAL_OCSP_PASSPHRASE is missing/);
    expect(problems).toThrow(/RESEAL_ENV is missing/);
  });

  it('The status app’s configuration has defaults for address and times', () => {
    const config = loadConfig(statusConfig, {
      RESEAL_ENV: 'test',
      RESEAL_DATABASE_URL: 'postgres://reseal_status@127.0.0.1/reseal',
      RESEAL_OCSP_PASSPHRASE: 'only for these specs',
    });
    expect(config).toMatchObject({ port: 3002, ocspValidityMs: 3_600_000, ocspMaxAgeMs: 60_000 });
  });
});
