import { useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import { folderZip, pkcs12, type IssuedFiles } from '../key/key-files.js';
import { useKeyPassword } from '../key/use-key-password.js';
import { useWords } from '../words/index.js';
import { PasswordField } from './field.js';
import { Form } from './form.js';
import { saveFile, type SaveOutcome } from './save-file.js';

/** Buttons that save a certificate with its key as files. @param onSaved called after each file that was not refused */
export function SaveButtons({
  issued,
  serial,
  main = false,
  onSaved,
}: {
  issued: IssuedFiles;
  serial: string;
  main?: boolean;
  onSaved?: (saving: Exclude<SaveOutcome, 'NOT_SAVED'>) => void;
}) {
  const { save } = useWords();
  const { password: known, rememberPassword } = useFlow();
  const [saving, setSaving] = useState<SaveOutcome>();
  const [asking, setAsking] = useState(false);
  const [making, setMaking] = useState(false);
  const { typed, refuse, field } = useKeyPassword();

  const note = (outcome: SaveOutcome) => {
    setSaving(outcome);
    if (outcome !== 'NOT_SAVED') onSaved?.(outcome);
  };
  const saveZip = async () =>
    note(await saveFile(folderZip(issued), `NPKI-${serial}.zip`, 'application/zip'));
  const saveP12 = async (with_ = known) => {
    if (with_ === undefined) return setAsking(true);
    setMaking(true);
    try {
      const file = await pkcs12(issued, with_);
      rememberPassword(with_);
      setAsking(false);
      note(await saveFile(file, `${serial}.p12`, 'application/x-pkcs12'));
    } catch {
      refuse();
      setAsking(true);
    } finally {
      setMaking(false);
    }
  };
  const said = saving === undefined ? '' : saving === 'ASKED' ? save.asked : save.saved;
  return (
    <>
      <button className={main && !saving ? 'main' : 'second'} onClick={() => void saveZip()}>
        {save.zip}
      </button>
      <p className="hint">{save.zipHelp}</p>
      <button className="second" aria-disabled={making} onClick={() => making || void saveP12()}>
        {save.p12}
      </button>
      <p className="hint">{save.p12Help}</p>
      {asking && (
        <Form button={save.p12} onSend={() => saveP12(typed)}>
          <PasswordField label={save.needPassword} hint={save.needPasswordHelp} {...field} />
        </Form>
      )}
      <p role="status" className={said && saving !== 'NOT_SAVED' ? 'box' : 'unseen'}>
        {saving === 'NOT_SAVED' ? '' : said}
      </p>
      {saving === 'NOT_SAVED' && (
        <p role="alert" className="wrong box">
          {save.notSaved}
        </p>
      )}
    </>
  );
}
