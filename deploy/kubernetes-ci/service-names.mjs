import fs from 'node:fs';
import https from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { writeFileAtomically } from '../local/lib/files.mjs';
import { apiServer } from './configuration.mjs';

/** @typedef {{type: string, object: {metadata: {name: string, namespace: string}, spec: {clusterIP: string}}}} Change */

/**
 * Keeps the names of all Services in a file of hosts, which the cluster's DNS server reads at each change.
 * @param {{file: string, certificate: string, token: string, onChange: () => void}} options
 * @returns {() => void} ends it
 */
export function followServices({ file, certificate, token, onChange }) {
  const ended = new AbortController();
  /** @type {Map<string, string>} */
  const addresses = new Map();
  /** @param {Change} change */
  const apply = ({ type, object: { metadata, spec } }) => {
    const name = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
    if (type === 'DELETED') addresses.delete(name);
    else if (/^\d/.test(spec.clusterIP)) addresses.set(name, spec.clusterIP);
    writeFileAtomically(file, [...addresses].map(([host, ip]) => `${ip} ${host}\n`).join(''));
    onChange();
  };
  const watchOnce = async () => {
    const response = await get(`${apiServer}/api/v1/services?watch=1`, {
      ca: fs.readFileSync(certificate),
      headers: { authorization: `Bearer ${token}` },
      signal: ended.signal,
    });
    // A new watch begins with all Services that there are.
    addresses.clear();
    for await (const line of createInterface(response)) apply(JSON.parse(line));
  };
  const watch = async () => {
    while (!ended.signal.aborted) {
      await watchOnce().catch(() => undefined);
      await delay(500);
    }
  };
  void watch();
  return () => ended.abort();
}

/**
 * @param {string} url
 * @param {https.RequestOptions} options
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
const get = (url, options) =>
  new Promise((resolve, reject) => https.get(url, options, resolve).once('error', reject));
