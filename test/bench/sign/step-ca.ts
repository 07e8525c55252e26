import { createHash, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { authorityFiles } from '#libs/ca';
import type { Case } from '../measure.js';
import { connections, perRound, postEach } from './post.js';
import { requestFor } from './rival-request.js';
import { freePort } from '../../support/free-ports.js';
import { programOf, serve, type BenchAuthority } from './bench-authority.js';

const provisioner = 'bench';
const name = 'sample.reseal.test';

/**
 * smallstep's step-ca with the same CA, its own database (Badger, as `step ca init` configures it) and one-time tokens of
 * a JWK provisioner, over HTTPS.
 */
export async function stepCaCase(ca: BenchAuthority): Promise<Case> {
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicJwk(keys.publicKey);
  const files = authorityFiles(join(ca.directory, 'ca'));
  const rootPem = readFileSync(files.rootCertificate, 'utf8');
  const password = join(ca.directory, 'step-ca.password');
  const config = join(ca.directory, 'step-ca.json');
  writeFileSync(password, ca.passphrase, { mode: 0o600 });
  writeFileSync(
    config,
    JSON.stringify({
      root: files.rootCertificate,
      crt: files.issuingCertificate(1),
      key: files.issuingKey(1),
      address: `127.0.0.1:${port}`,
      dnsNames: ['127.0.0.1'],
      logger: { format: 'text' },
      db: { type: 'badgerv2', dataSource: join(ca.directory, 'step-ca.db') },
      authority: { provisioners: [{ type: 'JWK', name: provisioner, key: jwk }] },
    }),
  );
  const args = [config, '--password-file', password];
  const server = await serve(ca, 'step-ca', { program: programOf('RESEAL_STEP_CA'), args }, () =>
    answers(`${url}/health`, rootPem),
  );

  const csr = await requestFor(name);
  let ready: string[] = [];
  return {
    name: 'step-ca',
    title: `step-ca with its own database, ${connections} concurrent`,
    async prepare(rounds) {
      ready = Array.from({ length: rounds * perRound }, () =>
        JSON.stringify({ csr, ott: token(keys.privateKey, jwk.kid, `${url}/1.0/sign`) }),
      );
    },
    round: () => postEach(server, `${url}/1.0/sign`, ready.splice(0, perRound), { ca: rootPem }),
  };
}

function publicJwk(key: KeyObject) {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { use: 'sig', alg: 'ES256', kid, kty, crv, x, y };
}

/** A token for one request, as `step ca token` makes it (RFC 7519, ES256). */
function token(key: KeyObject, kid: string, audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: provisioner,
    aud: audience,
    sub: name,
    sans: [name],
    jti: randomUUID(),
    iat: now,
    nbf: now - 5,
    exp: now + 3_600,
  };
  const signed = `${part({ alg: 'ES256', kid, typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

const answers = (url: string, ca: string) =>
  new Promise<boolean>((resolve) => {
    request(url, { ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', () => resolve(false))
      .end();
  });
