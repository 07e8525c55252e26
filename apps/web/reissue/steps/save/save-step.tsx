import { useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import { folderZip, pkcs12 } from '../../key/key-files.js';
import { useIssued } from '../../key/use-issued.js';
import { useKeyPassword } from '../../key/use-key-password.js';
import { Form, PasswordField } from '../../parts/form.js';
import { saveFile } from '../../parts/save-file.js';
import { Page } from '../../parts/screen-frame.js';
import { useLanguage, useWords } from '../../words/index.js';

/** The holder's name; behind it in brackets stands what only machines read. */
const holderOf = (subject: string) => /CN=([^,(]+)/i.exec(subject)?.[1] ?? subject;

/** Downloads, made on this device. */
export function SaveStep() {
  const { save, loading } = useWords();
  const language = useLanguage();
  const { reissue, password: known, remember, keep } = useFlow();
  const issued = useIssued();
  const [saved, setSaved] = useState(false);
  const [asking, setAsking] = useState(false);
  const [making, setMaking] = useState(false);
  const { typed, refuse, field } = useKeyPassword();
  const certificate = reissue?.certificate;
  const serial = certificate?.serial ?? 'new';

  const saveZip = () => {
    if (!issued) return;
    saveFile(folderZip(issued), `NPKI-${serial}.zip`, 'application/zip');
    setSaved(true);
  };
  const saveP12 = async (with_ = known) => {
    if (!issued) return;
    if (with_ === undefined) return setAsking(true);
    setMaking(true);
    try {
      saveFile(await pkcs12(issued, with_), `${serial}.p12`, 'application/x-pkcs12');
      remember(with_);
      setSaved(true);
      setAsking(false);
    } catch {
      refuse();
      setAsking(true);
    } finally {
      setMaking(false);
    }
  };
  return (
    <Page title={save.title} lead={save.lead}>
      {certificate && (
        <dl>
          <dt>{save.subject}</dt>
          <dd>{holderOf(certificate.subject)}</dd>
          <dt>{save.until}</dt>
          <dd>{new Date(certificate.notAfter).toLocaleDateString(language, { dateStyle: 'long' })}</dd>
          <dt>{save.serial}</dt>
          <dd className="mono">{certificate.serial}</dd>
        </dl>
      )}
      {!issued && <p role="status">{loading}</p>}
      <button className={saved ? 'second' : 'main'} aria-disabled={!issued} onClick={saveZip}>
        {save.zip}
      </button>
      <p className="hint">{save.zipHelp}</p>
      <button className="second" aria-disabled={!issued || making} onClick={() => making || void saveP12()}>
        {save.p12}
      </button>
      <p className="hint">{save.p12Help}</p>
      {asking && (
        <Form button={save.p12} onSend={() => saveP12(typed)}>
          <PasswordField label={save.needPassword} hint={save.needPasswordHelp} {...field} />
        </Form>
      )}
      <p role="status" className={saved ? 'good box' : 'unseen'}>
        {saved ? save.saved : ''}
      </p>
      {saved && (
        <button className="main" onClick={() => void keep({ saved: true })}>
          {save.next}
        </button>
      )}
    </Page>
  );
}
