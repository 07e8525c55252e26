import { useEffect, useRef, useState } from 'react';
import { readCertificateFields } from '#libs/npki';
import { useFlow } from '../../flow/use-flow.js';
import { openFolder } from '../../key/key-files.js';
import { isKeyPair } from '../../key/own-key.js';
import type { KeptCertificate } from '../../key/store.js';
import { useKeyPassword } from '../../key/use-key-password.js';
import { readNumber } from '../../transfer/number.js';
import { receiveCertificate } from '../../transfer/transfer.js';
import type { TransferFailure } from '../../words/cases.js';
import { Field, PasswordField } from '../../components/field.js';
import { Form } from '../../components/form.js';
import { SaveWays } from '../../components/save-ways.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';

/** Receives a certificate from another device. @param scanned the number of a QR code that opened the page */
export function ReceiveStep({ scanned, onLeave }: { scanned?: string | undefined; onLeave: () => void }) {
  const [received, setReceived] = useState<KeptCertificate>();
  const [opened, setOpened] = useState(false);
  if (!received) return <EnterNumber scanned={scanned} onReceived={setReceived} onLeave={onLeave} />;
  if (!opened) return <OpenReceived certificate={received} onOpened={() => setOpened(true)} />;
  return <KeepReceived certificate={received} onLeave={onLeave} />;
}

function EnterNumber({
  scanned = '',
  onReceived,
  onLeave,
}: {
  scanned?: string | undefined;
  onReceived: (certificate: KeptCertificate) => void;
  onLeave: () => void;
}) {
  const { receive, back } = useWords();
  const { client } = useFlow();
  const [typed, setTyped] = useState(scanned);
  const [tried, setTried] = useState(false);
  const [receiving, setReceiving] = useState(false);
  const [failure, setFailure] = useState<TransferFailure>();
  const leaving = useRef(new AbortController());
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);

  const number = readNumber(typed);
  const submit = async () => {
    setTried(true);
    if (!number || receiving) return;
    setFailure(undefined);
    setReceiving(true);
    const { signal } = leaving.current;
    const result = await receiveCertificate(client, number, signal);
    if (signal.aborted) return;
    setReceiving(false);
    if (typeof result !== 'string') return onReceived(result);
    setFailure(result);
    setTyped('');
    setTried(false);
  };
  return (
    <ScreenFrame title={receive.title} lead={receive.lead}>
      <Form button={receive.go} onSend={submit} ready={!receiving}>
        <Field
          label={receive.label}
          hint={receive.hint}
          inputMode="numeric"
          autoComplete="one-time-code"
          value={typed}
          fault={number ? undefined : receive.wrong}
          tried={tried}
          onChange={({ target }) => setTyped(target.value)}
        />
        <p role="status" className={receiving ? '' : 'unseen'}>
          {receiving ? receive.receiving : ''}
        </p>
        {failure && (
          <p role="alert" className="wrong box">
            {receive.failures[failure]}
          </p>
        )}
      </Form>
      <button className="plain" onClick={onLeave}>
        {back}
      </button>
    </ScreenFrame>
  );
}

/** Opens the key with its password, and makes a signature with it. */
function OpenReceived({ certificate, onOpened }: { certificate: KeptCertificate; onOpened: () => void }) {
  const { receive, check } = useWords();
  const { rememberPassword } = useFlow();
  const { typed, refuse, field } = useKeyPassword();
  const submit = async () => {
    try {
      const key = await openFolder(certificate, typed);
      const { publicKey } = readCertificateFields(certificate.certificate);
      const text = new TextEncoder().encode(receive.openTitle);
      if (!(await isKeyPair(key, Uint8Array.from(publicKey), text))) return refuse();
      rememberPassword(typed);
      onOpened();
    } catch {
      refuse();
    }
  };
  return (
    <ScreenFrame title={receive.openTitle} lead={receive.openLead}>
      <Form button={check.go} onSend={submit}>
        <PasswordField label={check.label} {...field} />
      </Form>
    </ScreenFrame>
  );
}

function KeepReceived({ certificate, onLeave }: { certificate: KeptCertificate; onLeave: () => void }) {
  const { receive, done } = useWords();
  const { store } = useFlow();
  const [kept, setKept] = useState(false);
  const keep = async () => {
    const stored = await store.keepCertificate(certificate);
    setKept(stored);
    return stored;
  };
  return (
    <ScreenFrame title={receive.worksTitle} lead={receive.worksLead} outcome="good">
      <SaveWays main certificate={certificate} onKeep={store.durable && !kept ? keep : undefined} />
      {kept && (
        <p role="status" className="box">
          {receive.kept}
        </p>
      )}
      <button className="second" onClick={onLeave}>
        {done.finish}
      </button>
      <p className="hint">{receive.leave}</p>
    </ScreenFrame>
  );
}
