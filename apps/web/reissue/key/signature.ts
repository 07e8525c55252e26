import { ecdsaSignature } from '#libs/client';

type Bytes = Uint8Array<ArrayBuffer>;

/** The signature of a key of unknown kind (PKCS #8): ECDSA over P-256 as DER, or RSA as PKCS #1 v1.5; SHA-256. */
export async function signAsOld(pkcs8: Bytes, text: Bytes): Promise<Bytes> {
  const { subtle } = crypto;
  try {
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const key = await subtle.importKey('pkcs8', pkcs8, rsa, false, ['sign']);
    return new Uint8Array(await subtle.sign(rsa.name, key, text));
  } catch {
    const key = await subtle.importKey('pkcs8', pkcs8, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'sign',
    ]);
    return ecdsaSignature(new Uint8Array(await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, text)));
  }
}
