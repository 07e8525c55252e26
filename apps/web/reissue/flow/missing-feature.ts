import type { MissingFeature } from '../words/cases.js';

/** The feature that the page needs and this browser does not have; undefined if it has all. */
export async function findMissingFeature(): Promise<MissingFeature | undefined> {
  if (!isSecureContext) return 'INSECURE';
  const needed: readonly (readonly [object | undefined, string])[] = [
    [globalThis.AbortSignal, 'any'],
    [globalThis.AbortSignal, 'timeout'],
    [globalThis.HTMLDialogElement?.prototype, 'showModal'],
    [Array.prototype, 'toSorted'],
    [globalThis.crypto, 'randomUUID'],
  ];
  if (needed.some(([of, name]) => !of || !(name in of))) return 'OLD';
  return (await canMakeKeys()) ? undefined : 'CRYPTO';
}

async function canMakeKeys(): Promise<boolean> {
  try {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
    return (await crypto.subtle.exportKey('pkcs8', pair.privateKey)).byteLength > 0;
  } catch {
    return false;
  }
}
