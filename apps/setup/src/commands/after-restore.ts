import { userInfo } from 'node:os';
import { parseOptions } from '#libs/command-line';
import { loadConfig } from '#libs/config';
import { createDatabase } from '#libs/db';
import {
  connectTemporalClient,
  createDataConverter,
  createPayloadCodec,
  temporalServerOf,
} from '#libs/temporal';
import { afterRestore } from '../after-restore/run.js';
import type { OtherCommand } from '../command.js';
import { restoreConfig } from '../config.js';

/** `setup after-restore`. */
export const afterRestoreCommand: OtherCommand = {
  async run(args, { env, print }) {
    const { values } = parseOptions({
      args,
      options: {
        confirm: { type: 'boolean', default: false },
        declare: { type: 'boolean', default: false },
        as: { type: 'string', default: userInfo().username },
      },
    });
    const config = loadConfig(restoreConfig, env);
    const { databaseUrl: url, codecKeys } = config;
    const db = createDatabase({ url, max: 4, applicationName: 'reseal-setup' });
    const temporal = connectTemporalClient({
      ...temporalServerOf(config),
      dataConverter: createDataConverter(codecKeys),
    });
    try {
      return await afterRestore(
        {
          ...{ db, config, print },
          temporal: temporal.client,
          codec: createPayloadCodec(codecKeys),
          clock: () => new Date(),
          actor: `operator:${values.as}`,
        },
        { confirm: values.confirm, declared: values.declare },
      );
    } finally {
      await temporal.close();
      await db.destroy();
    }
  },
};
