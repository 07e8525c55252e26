import { FormatError } from '#libs/der';
import { read } from './read.js';
import { runTool } from '../run-tool.js';
import { ToolFailure, type InputTerminal } from '../terminal.js';
import { verify } from './verify.js';
import { vid } from './vid.js';

const usage = `Usage: npm run -s npki -- <command>

  read FILE [--password-stdin]
      Prints the content of a key file (signPri.key): {form, keyType, spkiSha256, randomNumber or null}.
      form is PBES1-SHA1-SEED, PBES2-HMACSHA1-SEED, PBES2-HMACSHA256-SEED, PBES2-HMACSHA256-AES256 and the
      like, PKCS12-SHA1-3DES and the like of older tools, or PKCS8 (not encrypted); keyType RSA-2048, EC-P256
      and the like.

  vid --rrn-stdin --random HEX [--certificate FILE]
      Computes the VID from a resident registration number and R: {virtualId}. With a certificate also compares it
      with the certificate's VID: {virtualId, matches}; exit code 1 if they differ.

  verify DIR [--password-stdin]
      Checks the folder of a certificate (signCert.der, signPri.key), or the one such folder below DIR:
      {folder, subject, serialNumber, notBefore, notAfter, checks: [{check, result, detail}], valid}.
      Without the password, checks that need the key are skipped. Exit code 1 if a check failed.

Keys and certificates may be in DER or PEM. Secrets are read from standard input, without one final newline.
Exit codes: 0 done, 1 failed or not valid (with one line of explanation), 2 invalid arguments.`;

/** Tools for the files of certificate holders. @returns the exit code */
export function runNpki(args: string[], terminal: InputTerminal): Promise<number> {
  return runTool({ name: 'npki', usage, commands: { read, vid, verify }, failure }, args, terminal);
}

function failure(error: unknown) {
  if (error instanceof ToolFailure) return { line: error.message, exitCode: 1 };
  if (error instanceof FormatError)
    return { line: `a certificate is damaged: ${error.message}`, exitCode: 1 };
  return undefined;
}
