/** @import { Plan, PythonSet } from '../types.js' */

/** @param {string} folder of a requirements.txt, with the digest of every package */
const requirements = (folder) => new URL(`../${folder}/requirements.txt`, import.meta.url);

/**
 * A linter of certificates and CRLs that shares no code with Reseal.
 * @type {PythonSet}
 */
export const pkilint = { name: 'pkilint', requirements: requirements('pkilint') };

/**
 * Runs deploy/compose with podman.
 * @type {PythonSet}
 */
export const podmanCompose = { name: 'podman-compose', requirements: requirements('podman-compose') };

/**
 * A program that opens joint certificates as other Korean programs do. It needs another version of pyasn1 than pkilint.
 * @type {PythonSet}
 */
export const pypinksign = { name: 'pypinksign', requirements: requirements('pypinksign') };

/**
 * A generator of clients, which has to understand the API document.
 * @type {PythonSet}
 */
export const openApiPythonClient = {
  name: 'openapi-python-client',
  requirements: requirements('openapi-python-client'),
};

/**
 * What a run of the tests needs from PyPI.
 * @param {Pick<Plan, 'offStack' | 'besideEngines'>} plan
 * @returns {PythonSet[]}
 */
export const pythonSets = ({ offStack, besideEngines }) => [
  ...(offStack.includes('contract') ? [pkilint, pypinksign, openApiPythonClient] : []),
  ...(besideEngines.includes('compose') ? [podmanCompose] : []),
];
