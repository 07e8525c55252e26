import { fromBase64url, ReissueProblem, type ResealClient, type Transfer } from '#libs/client';
import { delay } from '../../shared/delay.js';
import type { KeptCertificate } from '../key/store.js';
import type { TransferFailure } from '../words/cases.js';
import { newSecret, writeNumber, type TransferNumber } from './number.js';
import { Agreement, open, seal } from './sealing.js';

const pollMs = 1_000;

export interface Sending {
  /** Called once the receiving device may join. */
  readonly onNumber: (shown: { readonly number: string; readonly expiresAt: string }) => void;
  /** Called when the receiving device has joined. */
  readonly onJoined: () => void;
  readonly signal: AbortSignal;
}

type Transferring = Pick<ResealClient, 'transfers'>;

/** Sends a certificate to the device that enters the number. Aborting `signal` cancels the transfer. */
export async function sendCertificate(
  { transfers }: Transferring,
  certificate: KeptCertificate,
  { onNumber, onJoined, signal }: Sending,
): Promise<'RECEIVED' | TransferFailure> {
  return failuresOf(async () => {
    const secret = newSecret();
    const agreement = new Agreement('SENDER', secret);
    const { transferId, box, expiresAt } = await transfers.open(agreement.share, { signal });
    return untilEnded({ transfers }, transferId, signal, async () => {
      onNumber({ number: writeNumber({ box, secret }), expiresAt });
      const joined = await changed({ transfers }, transferId, 'OPEN', signal);
      if (joined.state !== 'JOINED') return 'WRONG_NUMBER';
      onJoined();
      const key = await agreement.keyWith(fromBase64url(joined.share!)).catch(() => undefined);
      if (!key) {
        await transfers.end(transferId, 'FAILED', { signal });
        return 'WRONG_NUMBER';
      }
      await transfers.send(transferId, await seal(key, certificate), { signal });
      const ended = await changed({ transfers }, transferId, 'SENT', signal);
      return ended.state === 'RECEIVED' ? 'RECEIVED' : 'WRONG_NUMBER';
    });
  });
}

/** Receives the certificate that another device sends under a number. Aborting `signal` cancels the transfer. */
export async function receiveCertificate(
  { transfers }: Transferring,
  { box, secret }: TransferNumber,
  signal: AbortSignal,
): Promise<KeptCertificate | TransferFailure> {
  return failuresOf(async () => {
    const agreement = new Agreement('RECEIVER', secret);
    const { transferId, share } = await transfers.join(box, agreement.share, { signal });
    return untilEnded({ transfers }, transferId, signal, async () => {
      const key = await agreement.keyWith(fromBase64url(share!)).catch(() => undefined);
      const sent = key && (await changed({ transfers }, transferId, 'JOINED', signal));
      const certificate =
        key && sent?.content
          ? await open(key, fromBase64url(sent.content)).catch(() => undefined)
          : undefined;
      const ending = transfers.end(transferId, certificate ? 'RECEIVED' : 'FAILED', { signal });
      // The certificate has arrived, even if the other device does not learn of it.
      await (certificate ? ending.catch(() => undefined) : ending);
      return certificate ?? 'WRONG_NUMBER';
    });
  });
}

/** Aborting `signal` cancels the transfer, until `run` has seen its end. */
async function untilEnded<Result>(
  { transfers }: Transferring,
  transferId: string,
  signal: AbortSignal,
  run: () => Promise<Result>,
): Promise<Result> {
  const cancel = () => void transfers.end(transferId, 'FAILED').catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  const result = await run();
  signal.removeEventListener('abort', cancel);
  return result;
}

/** Waits until the transfer is no longer in a state. */
async function changed(
  { transfers }: Transferring,
  transferId: string,
  from: Transfer['state'],
  signal: AbortSignal,
): Promise<Transfer> {
  for (;;) {
    const transfer = await transfers.show(transferId, { signal });
    if (transfer.state !== from) return transfer;
    await delay(pollMs);
    signal.throwIfAborted();
  }
}

async function failuresOf<Result>(run: () => Promise<Result>): Promise<Result | TransferFailure> {
  try {
    return await run();
  } catch (error) {
    return error instanceof ReissueProblem && error.slug === 'transfer-over' ? 'OVER' : 'UNREACHED';
  }
}
