import { useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import { folderZip, inForm, pkcs12, type KeyForm } from '../key/key-files.js';
import type { KeptCertificate } from '../key/store.js';
import { useKeyPassword } from '../key/use-key-password.js';
import { saveFile, shareFile, type MadeFile, type SaveOutcome } from './save-file.js';

/** What needs the certificate password: a PKCS #12 to save or to share, or a folder whose key has this form. */
export type Locked = 'P12' | 'SHARE' | KeyForm;

export const p12Type = 'application/x-pkcs12';
const zipType = 'application/zip';

/** Saves a certificate with its key as files. @param onSaved called after each file that was not refused */
export function useSaving(
  issued: KeptCertificate,
  onSaved: (saving: Exclude<SaveOutcome, 'NOT_SAVED'>) => void = () => undefined,
) {
  const { password: known, rememberPassword } = useFlow();
  const [outcome, setOutcome] = useState<SaveOutcome | 'REFUSED'>();
  const [asking, setAsking] = useState<Locked>();
  const [making, setMaking] = useState(false);
  const { typed, refuse, field } = useKeyPassword();
  const { serial } = issued;

  const note = (result: SaveOutcome | 'REFUSED') => {
    setOutcome(result);
    if (result !== 'NOT_SAVED' && result !== 'REFUSED') onSaved(result);
  };
  const zipOf = (files: KeptCertificate): MadeFile => ({
    content: folderZip(files),
    name: `NPKI-${serial}.zip`,
    type: zipType,
  });
  const make = async (what: Locked, password: string): Promise<MadeFile> =>
    what === 'P12' || what === 'SHARE'
      ? { content: await pkcs12(issued, password), name: `${serial}.p12`, type: p12Type }
      : zipOf({ serial, ...(await inForm(issued, what, password)) });

  const saveLocked = async (what: Locked, password = known) => {
    if (making) return;
    if (password === undefined) return setAsking(what);
    setMaking(true);
    try {
      const made = await make(what, password).catch(() => undefined);
      if (!made) {
        refuse();
        return setAsking(what);
      }
      rememberPassword(password);
      setAsking(undefined);
      note(await (what === 'SHARE' ? shareFile : saveFile)(made));
    } finally {
      setMaking(false);
    }
  };
  return {
    outcome,
    asking,
    making,
    field,
    saveZip: async () => note(await saveFile(zipOf(issued))),
    saveLocked,
    saveTyped: (what: Locked) => saveLocked(what, typed),
  };
}
