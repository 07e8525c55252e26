import fs from 'node:fs';
import path from 'node:path';
import { runToLog } from '../lib/commands.mjs';
import { Refusal } from '../lib/refusal.mjs';

const binary = ({ root }) => path.join(root, 'node_modules/pkcs11js/build/Release/pkcs11.node');

/**
 * Whether the native part of pkcs11js is there. It is an optional dependency: npm leaves it out where it cannot be
 * built, and may have been told to run no install scripts.
 */
export const hasPkcs11 = (settings) => fs.existsSync(binary(settings));

/** Whether the CA's keys are in a token, by the launcher's own environment. */
export const wantsPkcs11 = (env = process.env) =>
  env.RESEAL_CA_KEY_STORE === 'pkcs11' || Boolean(env.RESEAL_PKCS11_MODULE);

/**
 * Builds the native part of pkcs11js where npm has not.
 * @throws {Refusal} when it cannot be built
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
      throw unbuilt(error.message);
    }
    if (!hasPkcs11(settings)) throw unbuilt(`see ${log}`);
  });
}

/**
 * Where Node's headers are, if they came with it: node-gyp would fetch them from nodejs.org. They may be of another
 * Node than the one that runs the apps, because pkcs11js uses Node-API, which is the same in all.
 */
function headers() {
  if (process.env.npm_config_nodedir) return {};
  const prefix = path.resolve(process.execPath, '../..');
  return fs.existsSync(path.join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}

const unbuilt = (why) =>
  new Refusal(
    `pkcs11js, which keys in a PKCS#11 token need, was not built. Install a C++ compiler, make, Python 3 and Node's headers (npm_config_nodedir names the folder with include/node), then: npm ci\n${why}`,
  );
