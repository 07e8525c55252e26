import { useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import {
  folderZip,
  inForm,
  otherKeyForms,
  pkcs12,
  type IssuedFiles,
  type KeyForm,
} from '../key/key-files.js';
import { useKeyPassword } from '../key/use-key-password.js';
import { useWords } from '../words/index.js';
import { PasswordField } from './field.js';
import { Form } from './form.js';
import { saveFile, type SaveOutcome } from './save-file.js';

/** A file that cannot be made without the certificate password: a PKCS #12, or a folder whose key has this form. */
type Locked = 'P12' | KeyForm;

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
  const [asking, setAsking] = useState<Locked>();
  const [making, setMaking] = useState(false);
  const { typed, refuse, field } = useKeyPassword();

  const note = (outcome: SaveOutcome) => {
    setSaving(outcome);
    if (outcome !== 'NOT_SAVED') onSaved?.(outcome);
  };
  const saveZip = async (files: IssuedFiles) =>
    note(await saveFile(folderZip(files), `NPKI-${serial}.zip`, 'application/zip'));
  const saveLocked = async (what: Locked, password = known) => {
    if (making) return;
    if (password === undefined) return setAsking(what);
    setMaking(true);
    try {
      const made = what === 'P12' ? await pkcs12(issued, password) : await inForm(issued, what, password);
      rememberPassword(password);
      setAsking(undefined);
      if (made instanceof Uint8Array) note(await saveFile(made, `${serial}.p12`, 'application/x-pkcs12'));
      else await saveZip(made);
    } catch {
      refuse();
      setAsking(what);
    } finally {
      setMaking(false);
    }
  };
  const nameOf = (what: Locked) => (what === 'P12' ? save.p12 : save.forms[what].name);
  const askedFor = (what: Locked) =>
    asking === what && (
      <Form button={nameOf(what)} onSend={() => saveLocked(what, typed)}>
        <PasswordField label={save.needPassword} hint={save.needPasswordHelp} {...field} />
      </Form>
    );
  const lockedButton = (what: Locked) => (
    <button className="second" aria-disabled={making} onClick={() => void saveLocked(what)}>
      {nameOf(what)}
    </button>
  );
  const said = saving === undefined ? '' : saving === 'ASKED' ? save.asked : save.saved;
  return (
    <>
      <button className={main && !saving ? 'main' : 'second'} onClick={() => void saveZip(issued)}>
        {save.zip}
      </button>
      <p className="hint">{save.zipHelp}</p>
      {lockedButton('P12')}
      <p className="hint">{save.p12Help}</p>
      {askedFor('P12')}
      <details>
        <summary>{save.otherForms}</summary>
        {otherKeyForms.map((form) => (
          <section key={form}>
            {lockedButton(form)}
            <p className="hint">{save.forms[form].help}</p>
            {askedFor(form)}
          </section>
        ))}
      </details>
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
