import { useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import { useIssued } from '../../key/use-issued.js';
import { SaveButtons } from '../../components/save-buttons.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { dayInWords } from '../../components/time.js';
import { useLanguage, useWords } from '../../words/index.js';

/** The holder's name, without the brackets after it in the common name. */
const holderOf = (subject: string) => /CN=([^,(]+)/i.exec(subject)?.[1] ?? subject;

/** The customer saves the certificate as files, or keeps it in this browser. */
export function SaveStep() {
  const { save, loading } = useWords();
  const language = useLanguage();
  const { reissue, changeKept, store, setSavedFile } = useFlow();
  const issued = useIssued();
  const [saved, setSaved] = useState(false);
  const [refused, setRefused] = useState(false);
  const certificate = reissue?.certificate;
  const serial = certificate?.serial ?? 'new';

  const keepHere = async () => {
    if (!issued) return;
    const kept = await store.keepCertificate({ ...issued, serial });
    setRefused(!kept);
    if (!kept) return;
    setSavedFile(undefined);
    await changeKept({ saved: true, inBrowser: true });
  };
  return (
    <ScreenFrame title={save.title} lead={save.lead}>
      {certificate && (
        <dl>
          <dt>{save.subject}</dt>
          <dd>{holderOf(certificate.subject)}</dd>
          <dt>{save.until}</dt>
          <dd>{dayInWords(certificate.notAfter, language)}</dd>
          <dt>{save.serial}</dt>
          <dd className="mono">{certificate.serial}</dd>
        </dl>
      )}
      {issued ? (
        <SaveButtons
          main
          issued={issued}
          serial={serial}
          onSaved={(saving) => {
            setSavedFile(saving === 'ASKED' ? undefined : saving.file);
            setSaved(true);
          }}
        />
      ) : (
        <p role="status">{loading}</p>
      )}
      {issued && store.durable && (
        <>
          <button className="second" onClick={() => void keepHere()}>
            {save.here}
          </button>
          <p className="hint">{save.hereHelp}</p>
        </>
      )}
      {refused && (
        <p role="alert" className="wrong box">
          {save.hereRefused}
        </p>
      )}
      {saved && (
        <button className="main" onClick={() => void changeKept({ saved: true, inBrowser: false })}>
          {save.next}
        </button>
      )}
    </ScreenFrame>
  );
}
