import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { messageOf, Refusal } from '../lib/errors.mjs';

/** @import { ProgressReport } from '../lib/progress-report.mjs' */
/** @import { Environment, Settings } from '../types.js' */

/** @param {Pick<Settings, 'root'>} settings */
const binary = ({ root }) => path.join(root, 'node_modules/pkcs11js/build/Release/pkcs11.node');

/**
 * Whether the native part of pkcs11js is built. It is an optional dependency: npm omits it if the build fails, or if
 * install scripts are disabled.
 * @param {Pick<Settings, 'root'>} settings
 */
export const hasPkcs11 = (settings) => fs.existsSync(binary(settings));

/**
 * Whether the CA's keys are in a token, according to the launcher's environment.
 * @param {Environment} env
 */
export const wantsPkcs11 = (env = process.env) =>
  env.RESEAL_CA_KEY_STORE === 'pkcs11' || Boolean(env.RESEAL_PKCS11_MODULE);

/**
 * Builds the native part of pkcs11js if npm has not.
 * @param {Settings} settings
 * @param {ProgressReport} report
 * @throws {Refusal} if the build fails
 */
export async function providePkcs11(settings, report) {
  if (hasPkcs11(settings)) return;
  const { root, logs } = settings;
  const log = path.join(logs, 'native-modules.log');
  const env = { ...process.env, ...headers() };
  const options = { what: 'npm rebuild pkcs11js', cwd: root, log, env };
  await report.step('pkcs11js built', async () => {
    try {
      await runToLog(
        'npm',
        ['rebuild', '--ignore-scripts=false', '--foreground-scripts', 'pkcs11js'],
        options,
      );
    } catch (error) {
      throw unbuilt(messageOf(error));
    }
    if (!hasPkcs11(settings)) throw unbuilt(`see ${log}`);
  });
}

/**
 * Names the folder of Node's headers to node-gyp, which would download them otherwise. They may belong to another version
 * than the Node that runs the apps, because pkcs11js uses Node-API, which all versions share.
 * @returns {Environment}
 */
function headers() {
  if (process.env.npm_config_nodedir) return {};
  const prefix = path.resolve(process.execPath, '../..');
  return fs.existsSync(path.join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}

/** @param {string} why */
const unbuilt = (why) =>
  new Refusal(
    `pkcs11js, which keys in a PKCS#11 token need, was not built. Install a C++ compiler, make, Python 3 and Node's headers (npm_config_nodedir names the folder with include/node), then: npm ci\n${why}`,
  );
