import { parseOptions } from '#libs/command-line';
import { FormatError } from '#libs/der';
import { computeVirtualId, readIdentifyData, vidHashOids, type VidHash } from '#libs/npki';
import { readCertificateFile } from './files.js';
import { ToolFailure, readSecret, type InputTerminal, UsageError } from '../terminal.js';

/** `vid`: computes the VID from a number and R, and compares it with a certificate's; exit code 1 if they differ. */
export async function vid(args: string[], terminal: InputTerminal): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      'rrn-stdin': { type: 'boolean', default: false },
      random: { type: 'string' },
      certificate: { type: 'string' },
    },
  });
  if (!values['rrn-stdin']) throw new UsageError('vid takes the number on standard input, with --rrn-stdin');
  if (!values.random || !/^([0-9a-f]{2}){20,}$/i.test(values.random))
    throw new UsageError('vid takes --random, R in hexadecimal: 20 bytes at least');
  const stated = values.certificate === undefined ? undefined : await statedIn(values.certificate);
  const virtualId = Buffer.from(
    computeVirtualId({
      idn: await readNumber(terminal),
      random: Buffer.from(values.random, 'hex'),
      hash: stated?.hash ?? 'SHA-256',
    }),
  );
  const matches = stated && virtualId.equals(stated.virtualId);
  terminal.print(JSON.stringify({ virtualId: virtualId.toString('hex'), matches }));
  if (matches === false) terminal.complain('The number and R do not give the VID of the certificate.');
  return matches === false ? 1 : 0;
}

/** Reads the number, with or without hyphens. No message contains it. */
async function readNumber(terminal: InputTerminal): Promise<string> {
  const number = (await readSecret(terminal)).toString('utf8').trim().replaceAll('-', '');
  if (!/^\d{10,13}$/.test(number))
    throw new UsageError('standard input is not a number of 13 digits (of a person) or 10 (of a company)');
  return number;
}

async function statedIn(path: string): Promise<{ virtualId: Uint8Array; hash: VidHash }> {
  const certificate = await readCertificateFile(path);
  try {
    const data = readIdentifyData(certificate.raw);
    if (!data) throw new ToolFailure(`${path}: the certificate has no VID`);
    const hash = (Object.keys(vidHashOids) as VidHash[]).find((name) => vidHashOids[name] === data.hashOid);
    if (!hash) throw new ToolFailure(`${path}: the certificate's VID uses an unknown hash, ${data.hashOid}`);
    return { virtualId: data.virtualId, hash };
  } catch (error) {
    if (error instanceof FormatError) throw new ToolFailure(`${path}: the certificate cannot be read`);
    throw error;
  }
}
