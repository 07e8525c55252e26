import { createPrivateKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorityFiles } from '#libs/ca';
import type { Case } from '../measure.js';
import { connections, perRound, postEach } from './post.js';
import { requestFor } from './rival-request.js';
import { freePort } from '../../support/free-ports.js';
import { programOf, serve, type BenchAuthority } from './bench-authority.js';

/** Cloudflare's cfssl with the same CA, without a database, over plain HTTP. It stores no record of what it signs. */
export async function cfsslCase(ca: BenchAuthority): Promise<Case> {
  const port = await freePort();
  const files = authorityFiles(join(ca.directory, 'ca'));
  const key = join(ca.directory, 'cfssl-ca.key');
  const pem = readFileSync(files.issuingKey(1), 'utf8');
  // cfssl cannot read an encrypted key. This CA exists only while this process runs.
  const plain = createPrivateKey({ key: pem, passphrase: ca.passphrase }).export({
    format: 'pem',
    type: 'sec1',
  });
  writeFileSync(key, plain, { mode: 0o600 });
  const config = join(ca.directory, 'cfssl.json');
  const usages = ['signing', 'content commitment'];
  writeFileSync(config, JSON.stringify({ signing: { default: { usages, expiry: '8760h' } } }));
  const options = {
    address: '127.0.0.1',
    port,
    ca: files.issuingCertificate(1),
    'ca-key': key,
    config,
    loglevel: 5,
  };
  const args = ['serve', ...Object.entries(options).map(([option, value]) => `-${option}=${value}`)];
  const url = `http://127.0.0.1:${port}/api/v1/cfssl`;
  const server = await serve(ca, 'cfssl', { program: programOf('RESEAL_CFSSL'), args }, async () => {
    const response = await fetch(`${url}/info`, { method: 'POST', body: '{}' });
    return response.ok;
  });

  const body = JSON.stringify({ certificate_request: await requestFor('sample.reseal.test') });
  const bodies = Array.from({ length: perRound }, () => body);
  return {
    name: 'cfssl',
    title: `cfssl without a database, ${connections} concurrent`,
    round: () => postEach(server, `${url}/sign`, bodies),
  };
}
