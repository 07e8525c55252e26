import { useCallback, useEffect, useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import type { KeptCertificate } from '../key/store.js';
import { grouped } from '../transfer/number.js';
import { sendCertificate } from '../transfer/transfer.js';
import type { TransferFailure } from '../words/cases.js';
import { useWords } from '../words/index.js';
import { QrCode } from './qr-code.js';

type Progress =
  | { readonly at: 'OPENING' | 'JOINED' | 'RECEIVED' }
  | { readonly at: 'SHOWN'; readonly number: string; readonly expiresAt: string }
  | { readonly at: 'FAILED'; readonly why: TransferFailure };

/** Sends a certificate to another device: shows the number and the QR code, then what becomes of it. */
export function TransferPanel({
  certificate,
  onClose,
  onReceived,
}: {
  certificate: KeptCertificate;
  onClose: () => void;
  onReceived?: (() => void) | undefined;
}) {
  const { transfer } = useWords();
  const { progress, restart } = useSending(certificate);
  return (
    <section className="box" aria-label={transfer.send}>
      <p role="status" className={progress.at === 'SHOWN' || progress.at === 'FAILED' ? 'unseen' : ''}>
        {progress.at === 'FAILED' ? '' : transfer.progress[progress.at]}
      </p>
      {progress.at === 'SHOWN' && <ShownNumber {...progress} />}
      {progress.at === 'FAILED' && (
        <>
          <p role="alert" className="wrong">
            {transfer.failures[progress.why]}
          </p>
          <button className="second" onClick={restart}>
            {transfer.again}
          </button>
        </>
      )}
      {progress.at === 'RECEIVED' ? (
        <button className="second" onClick={onReceived ?? onClose}>
          {transfer.done}
        </button>
      ) : (
        <button className="plain" onClick={onClose}>
          {transfer.cancel}
        </button>
      )}
    </section>
  );
}

function ShownNumber({ number, expiresAt }: { number: string; expiresAt: string }) {
  const { transfer, minutes } = useWords();
  const { client } = useFlow();
  // It does not count down: the time limit of the reissue does, and a screen has one timer.
  const [given] = useState(() => Math.round((Date.parse(expiresAt) - client.now()) / 60_000));
  return (
    <>
      <h2>{transfer.title}</h2>
      <ul>
        <li>{transfer.byCamera}</li>
        <li>{transfer.byNumber(location.host)}</li>
      </ul>
      <QrCode text={`${location.origin}/#receive=${number}`} label={transfer.qr} />
      <p className="transfer-number">
        {transfer.number} <strong>{grouped(number)}</strong>
      </p>
      <p className="left">{transfer.within(minutes(given))}</p>
      <p className="hint">{transfer.warning}</p>
    </>
  );
}

/** Sends while it is shown: what is no longer shown is cancelled. */
function useSending(certificate: KeptCertificate) {
  const { client } = useFlow();
  const [progress, setProgress] = useState<Progress>({ at: 'OPENING' });
  const [run, setRun] = useState(0);
  useEffect(() => {
    const cancelling = new AbortController();
    const { signal } = cancelling;
    const show = (next: Progress) => {
      if (!signal.aborted) setProgress(next);
    };
    void sendCertificate(client, certificate, {
      onNumber: (shown) => show({ at: 'SHOWN', ...shown }),
      onJoined: () => show({ at: 'JOINED' }),
      signal,
    }).then((end) => show(end === 'RECEIVED' ? { at: 'RECEIVED' } : { at: 'FAILED', why: end }));
    return () => cancelling.abort();
    // A certificate is sent once for each run, whatever object holds it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, certificate.serial, run]);
  const restart = useCallback(() => {
    setProgress({ at: 'OPENING' });
    setRun((count) => count + 1);
  }, []);
  return { progress, restart };
}
