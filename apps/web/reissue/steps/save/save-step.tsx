import { useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import { useIssued } from '../../key/use-issued.js';
import { SaveWays } from '../../components/save-ways.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { dayInWords } from '../../components/time.js';
import { useLanguage, useWords } from '../../words/index.js';

/** The holder's name, without the brackets after it in the common name. */
const holderOf = (subject: string) => /CN=([^,(]+)/i.exec(subject)?.[1] ?? subject;

/**
 * The customer saves the certificate as files, or keeps it in this browser. A certificate that is sent to another device is
 * also kept here, because the check that follows needs a copy.
 */
export function SaveStep() {
  const { save, loading } = useWords();
  const language = useLanguage();
  const { reissue, changeKept, store, setSavedFile } = useFlow();
  const issued = useIssued();
  const [saved, setSaved] = useState(false);
  const certificate = reissue?.certificate;
  const serial = certificate?.serial ?? 'new';

  const keep = async () => store.keepCertificate({ ...issued!, serial });
  const goOnWithKept = async () => {
    setSavedFile(undefined);
    await changeKept({ saved: true, inBrowser: true });
  };
  const keepHere = async () => {
    const kept = await keep();
    if (kept) await goOnWithKept();
    return kept;
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
        <SaveWays
          main
          certificate={{ ...issued, serial }}
          onSaved={(saving) => {
            setSavedFile(typeof saving === 'object' ? saving.file : undefined);
            setSaved(true);
          }}
          onKeep={store.durable ? keepHere : undefined}
          onTransfer={keep}
          onTransferred={() => void goOnWithKept()}
        />
      ) : (
        <p role="status">{loading}</p>
      )}
      {saved && (
        <button className="main" onClick={() => void changeKept({ saved: true, inBrowser: false })}>
          {save.next}
        </button>
      )}
    </ScreenFrame>
  );
}
