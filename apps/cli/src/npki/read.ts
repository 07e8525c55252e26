import { parseOptions } from '#libs/command-line';
import { keyTypeOf, openKey, sha256, spkiDerOf } from './files.js';
import { type InputTerminal, UsageError } from '../terminal.js';

/** `read FILE`: prints properties of a key file as one JSON object, never the key itself. */
export async function read(args: string[], terminal: InputTerminal): Promise<number> {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: { 'password-stdin': { type: 'boolean', default: false } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('read takes one FILE');
  const key = await openKey(file, { passwordStdin: values['password-stdin'], terminal });
  terminal.print(
    JSON.stringify({
      form: key.form,
      keyType: keyTypeOf(key.publicKey),
      spkiSha256: sha256(spkiDerOf(key.publicKey)),
      randomNumber: key.random ? Buffer.from(key.random).toString('hex') : null,
    }),
  );
  return 0;
}
