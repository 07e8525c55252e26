import { describe, expect, it } from '@jest/globals';
import { defaultIdentityRates } from '#activities/identity';
import { loadConfig } from '#libs/config';
import { z } from 'zod';
import { identityRatesConfig, identityRatesOf } from './identity-rates-config.js';

const load = (environment: NodeJS.ProcessEnv = {}) =>
  identityRatesOf(loadConfig(z.object(identityRatesConfig), environment));

describe('identityRatesConfig', () => {
  it('Identity limits that are not set have their default values', () => {
    expect(load()).toEqual(defaultIdentityRates);
  });

  it('Each identity limit has its own variable', () => {
    expect(
      load({
        RESEAL_LIMIT_PERSON_STARTS: '1/1000',
        RESEAL_LIMIT_NUMBER_SENDS: '2/2000',
        RESEAL_LIMIT_ACCOUNT_SENDS: '3/3000',
        RESEAL_LIMIT_PERSON_TRIES: '4/4000',
        RESEAL_LIMIT_LOCK_NOTICES: '5/5000',
      }),
    ).toEqual({
      personStarts: { burst: 1, everyMs: 1_000 },
      numberSends: { burst: 2, everyMs: 2_000 },
      accountSends: { burst: 3, everyMs: 3_000 },
      personTries: { burst: 4, everyMs: 4_000 },
      lockNotices: { burst: 5, everyMs: 5_000 },
    });
  });
});
