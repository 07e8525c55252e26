import { FormatError } from '#libs/der';
import { read } from './read.js';
import { isArgumentError, ToolFailure, type InputTerminal } from '../terminal.js';
import { verify } from './verify.js';
import { vid } from './vid.js';

const USAGE = `Usage: npm run -s npki -- <command>

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

const commands: Readonly<Record<string, (args: string[], terminal: InputTerminal) => Promise<number>>> = {
  read,
  vid,
  verify,
};

/** Tools for the files of certificate holders. @returns the exit code */
export async function runNpki([name = '', ...args]: string[], terminal: InputTerminal): Promise<number> {
  if (['help', '--help', '-h'].includes(name) || args.includes('--help')) {
    terminal.print(USAGE);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    terminal.complain(USAGE);
    return 2;
  }
  try {
    return await command(args, terminal);
  } catch (error) {
    if (isArgumentError(error)) {
      terminal.complain(`${error.message} (npm run -s npki -- help)`);
      return 2;
    }
    if (error instanceof ToolFailure) terminal.complain(error.message);
    else if (error instanceof FormatError) terminal.complain(`a certificate is damaged: ${error.message}`);
    else throw error;
    return 1;
  }
}
