import { readFileSync } from 'node:fs';
import type { SandboxConfig } from '../config.js';

/** The certificate and key of the providers and of the mail server, as TLS servers take them; undefined without them. */
export function serverCertificateOf({
  certificateFile,
  keyFile,
}: SandboxConfig['values']): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  if (certificateFile === undefined || keyFile === undefined) return undefined;
  return { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
}
