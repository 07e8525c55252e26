import { describe, expect, it } from '@jest/globals';
import { negotiate } from './negotiate.js';

const offered = ['application/x-pem-file', 'application/pkix-cert'] as const;

describe('content negotiation', () => {
  it.each([
    [undefined, 'application/x-pem-file'],
    ['', 'application/x-pem-file'],
    ['*/*', 'application/x-pem-file'],
    ['application/*', 'application/x-pem-file'],
    ['application/pkix-cert', 'application/pkix-cert'],
    ['Application/PKIX-Cert;q=0.5', 'application/pkix-cert'],
    ['application/x-pem-file;q=0.1, application/pkix-cert;q=0.2', 'application/pkix-cert'],
    ['application/x-pem-file;q=0, */*', 'application/pkix-cert'],
    ['text/html, */*;q=0.8', 'application/x-pem-file'],
    ['application/json', undefined],
    ['*/*;q=0', undefined],
    ['nonsense', undefined],
    ['application/x-pem-file;note="a, b;q=0", text/html', undefined],
    ['text/plain;note="application/pkix-cert, */*"', undefined],
    ['text/html;note="x,y", application/pkix-cert', 'application/pkix-cert'],
    ['application/pkix-cert ; Q=0 , */* ; q=0.1', 'application/x-pem-file'],
    ['application/zip, application/pkcs7-mime', undefined],
  ])('Accept %j is answered with %s', (accept, expected) => {
    expect(negotiate(accept, offered)).toBe(expected);
  });
});
