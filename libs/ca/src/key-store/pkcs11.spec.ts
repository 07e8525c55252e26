import { execFileSync } from 'node:child_process';
import { verify } from 'node:crypto';
import { renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type * as Pkcs11 from 'pkcs11js';
import { createSoftToken, tokenProcesses, type SoftToken } from '../testing/soft-token.js';
import { KeyStoreUnavailable } from '../key-store.js';
import { openToken, type Token, type TokenOptions } from './pkcs11.js';

let soft: SoftToken;
let opened: Token[] = [];
const bytes = Buffer.from('to be signed');

const open = (changes: Partial<TokenOptions> = {}) => {
  const token = openToken({ ...soft.address, timeoutMs: 3_000, queueLimit: 20, ...changes });
  opened.push(token);
  return token;
};
const freeze = () => tokenProcesses().forEach((pid) => process.kill(pid, 'SIGSTOP'));
const thaw = () => tokenProcesses().forEach((pid) => process.kill(pid, 'SIGCONT'));
const kill = () => tokenProcesses().forEach((pid) => process.kill(pid, 'SIGKILL'));
/** Waits until all processes that use the token have ended. */
const untilTokenIsUnused = async () => {
  while (tokenProcesses().length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
};

beforeAll(async () => {
  soft = createSoftToken();
  const token = open();
  await token.createKey('key');
  await token.close();
});
afterEach(async () => {
  await Promise.all(opened.map((token) => token.close()));
  opened = [];
  await untilTokenIsUnused();
});
afterAll(() => soft.drop());

describe('key in a PKCS#11 token', () => {
  it('A PKCS#11 key signs with ECDSA in DER', async () => {
    const key = await open().openKey('key');
    for (let count = 0; count < 50; count += 1)
      expect(verify('sha256', bytes, key.publicKey(), await key.sign(bytes))).toBe(true);
    expect(key.info()).toEqual({
      kind: 'pkcs11',
      location: 'PKCS#11 token "reseal-spec", key key',
      algorithm: 'ecdsaWithSHA256',
    });
  });

  it('A PKCS#11 key is created once for repeated calls', async () => {
    const token = open();
    const spki = async () => (await token.createKey('made once')).publicKey().export({ format: 'jwk' });
    expect(await spki()).toEqual(await spki());
    await expect(token.openKey('never made')).rejects.toMatchObject({
      name: 'KeyStoreError',
      message: 'PKCS#11 token "reseal-spec": it has no such key',
    });
    expect(await spki()).toEqual(await spki());
  });

  it('A PKCS#11 key cannot be exported: neither read nor wrapped, nor made so', () => {
    // The library reads the real environment, which this process cannot change for itself.
    const script = ['-e', `(${tryToExport.toString()})(...${JSON.stringify([soft.address])})`];
    const told = execFileSync(process.execPath, script, { encoding: 'utf8', env: process.env });
    expect(JSON.parse(told)).toEqual({
      extractable: 0,
      neverExtractable: 1,
      sensitive: 1,
      read: 'CKR_ATTRIBUTE_SENSITIVE',
      wrap: 'CKR_KEY_UNEXTRACTABLE',
      change: expect.stringContaining('CKR_ATTRIBUTE_READ_ONLY'),
    });
  });

  it('A wrong PIN of a PKCS#11 token is tried once', async () => {
    const token = open({ pin: '0815' });
    const refusal = 'PKCS#11 token "reseal-spec": it rejects the PIN, which is not tried again';
    await expect(token.openKey('key')).rejects.toMatchObject({ name: 'KeyStoreError', message: refusal });
    for (let count = 0; count < 20; count += 1)
      await expect(token.openKey('key')).rejects.toMatchObject({ name: 'KeyStoreError', message: refusal });
    await untilTokenIsUnused(); // no process could still try a PIN
    expect(await (await open().openKey('key')).sign(bytes)).toBeDefined();
  });

  it('A missing PKCS#11 library or token is named', async () => {
    await expect(open({ module: '/nowhere/lib.so' }).openKey('key')).rejects.toMatchObject({
      name: 'KeyStoreError',
      message: 'PKCS#11 token "reseal-spec": the PKCS#11 library cannot be loaded',
    });
    await expect(open({ label: 'elsewhere' }).openKey('key')).rejects.toMatchObject({
      name: 'KeyStoreUnavailable',
      message: 'PKCS#11 token "elsewhere": it is not present',
    });
  });
});

describe('session with a PKCS#11 token', () => {
  it('A PKCS#11 session that is lost during a signature is opened again, and the signature made', async () => {
    const key = await open().openKey('key');
    const [before] = tokenProcesses();
    freeze();
    const signature = key.sign(bytes);
    await delay(50);
    kill();
    expect(verify('sha256', bytes, key.publicKey(), await signature)).toBe(true);
    expect(tokenProcesses()).not.toContain(before);
  });

  it('A PKCS#11 session that is lost between two signatures is opened again', async () => {
    const key = await open().openKey('key');
    kill();
    await delay(50);
    expect(verify('sha256', bytes, key.publicKey(), await key.sign(bytes))).toBe(true);
  });

  it('A PKCS#11 session fails while the token is absent and works when it is back', async () => {
    const key = await open().openKey('key');
    renameSync(soft.folder, `${soft.folder}.away`);
    kill();
    await expect(key.sign(bytes)).rejects.toThrow(KeyStoreUnavailable);
    await expect(key.sign(bytes)).rejects.toThrow(/^PKCS#11 token "reseal-spec": /);
    renameSync(`${soft.folder}.away`, soft.folder);
    expect(verify('sha256', bytes, key.publicKey(), await key.sign(bytes))).toBe(true);
  });

  it('A PKCS#11 session that is too slow is ended and blocks neither the process nor the next signature', async () => {
    const key = await open({ timeoutMs: 300 }).openKey('key');
    freeze();
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 10);
    await expect(key.sign(bytes)).rejects.toMatchObject({
      name: 'KeyStoreUnavailable',
      message: 'PKCS#11 token "reseal-spec": the token did not answer within 300 ms',
    });
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(10);
    expect(verify('sha256', bytes, key.publicKey(), await key.sign(bytes))).toBe(true);
  });

  it('A PKCS#11 session refuses a call beyond its queue at once', async () => {
    const key = await open({ queueLimit: 3 }).openKey('key');
    freeze();
    const waiting = [1, 2, 3, 4].map(() => key.sign(bytes));
    await expect(key.sign(bytes)).rejects.toMatchObject({
      name: 'KeyStoreUnavailable',
      message: 'PKCS#11 token "reseal-spec": 3 requests are waiting already',
    });
    thaw();
    for (const signature of await Promise.all(waiting))
      expect(verify('sha256', bytes, key.publicKey(), signature)).toBe(true);
  });

  it('A PKCS#11 session leaves no process behind when it is closed', async () => {
    const token = open();
    await token.openKey('key');
    expect(tokenProcesses()).toHaveLength(1);
    await token.close();
    await untilTokenIsUnused();
    await expect(token.openKey('key')).rejects.toThrow(/its session was closed/);
  });
});

/** Tries every way of PKCS#11 to export the private key. Runs in its own process. */
function tryToExport({ module: path, pin }: TokenOptions): void {
  const pkcs11 = process.getBuiltinModule('module').createRequire(`${process.cwd()}/`)(
    'pkcs11js',
  ) as typeof Pkcs11;
  const library = new pkcs11.PKCS11();
  library.load(path);
  library.C_Initialize();
  const session = library.C_OpenSession(library.C_GetSlotList(true)[0]!, 6);
  library.C_Login(session, pkcs11.CKU_USER, pin);
  library.C_FindObjectsInit(session, [
    { type: pkcs11.CKA_CLASS, value: pkcs11.CKO_PRIVATE_KEY },
    { type: pkcs11.CKA_LABEL, value: 'key' },
  ]);
  const key = library.C_FindObjects(session)!;
  library.C_FindObjectsFinal(session);
  const read = (type: number) => library.C_GetAttributeValue(session, key, [{ type }])[0]!.value;
  const codeOf = (work: () => unknown) => {
    try {
      work();
      return 'it worked';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const wrapping = library.C_GenerateKey(session, { mechanism: pkcs11.CKM_AES_KEY_GEN }, [
    { type: pkcs11.CKA_VALUE_LEN, value: 32 },
    { type: pkcs11.CKA_WRAP, value: true },
  ]);
  const mechanism = pkcs11.CKM_AES_KEY_WRAP_PAD;
  const result = {
    extractable: read(pkcs11.CKA_EXTRACTABLE)[0],
    neverExtractable: read(pkcs11.CKA_NEVER_EXTRACTABLE)[0],
    sensitive: read(pkcs11.CKA_SENSITIVE)[0],
    read: codeOf(() => read(pkcs11.CKA_VALUE)),
    wrap: codeOf(() => library.C_WrapKey(session, { mechanism }, wrapping, key, Buffer.alloc(500))),
    change: codeOf(() =>
      library.C_SetAttributeValue(session, key, [{ type: pkcs11.CKA_EXTRACTABLE, value: true }]),
    ),
  };
  process.stdout.write(JSON.stringify(result));
}
