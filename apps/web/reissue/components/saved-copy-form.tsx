import { useId, useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import type { ChosenFile } from '../key/chosen-files.js';
import type { IssuedFiles } from '../key/key-files.js';
import { openSavedCopy } from '../key/saved-copy.js';
import { useKeyPassword } from '../key/use-key-password.js';
import type { CopyFault } from '../words/cases.js';
import { useWords } from '../words/index.js';
import { PasswordField } from './field.js';
import { Form } from './form.js';

/**
 * Opens the copy that the customer saved: the file that they choose, the file that the page can read again, or the
 * certificate that is kept in this browser. It never uses the key that the page itself still has.
 */
export function SavedCopyForm({
  issued,
  onProved,
}: {
  issued: IssuedFiles | undefined;
  onProved: (key: CryptoKey) => Promise<unknown>;
}) {
  const { check } = useWords();
  const { password: known, rememberPassword, kept, store, savedFile } = useFlow();
  const { typed, refuse, field } = useKeyPassword();
  const [chosen, setChosen] = useState<readonly File[]>([]);
  const [fault, setFault] = useState<CopyFault>();
  const [asking, setAsking] = useState(known === undefined);
  const [opening, setOpening] = useState(false);
  const chooses = !savedFile && !kept?.inBrowser;

  const readBack = async (): Promise<readonly ChosenFile[]> => {
    if (chooses) return chosen;
    if (savedFile) return [await savedFile.getFile()];
    const serials = (await store.readCertificates()).filter(({ certificate }) =>
      sameAs(issued!, certificate),
    );
    return serials.flatMap(({ certificate, keyFile }) => [new Blob([certificate]), new Blob([keyFile])]);
  };
  const submit = async () => {
    if (!issued || opening) return;
    setOpening(true);
    setFault(undefined);
    const password = asking ? typed : known!;
    try {
      const copy = await openSavedCopy(await readBack().catch(() => []), password, issued.certificate);
      if (typeof copy === 'string') {
        if (copy === 'LOCKED' && asking) refuse();
        else setFault(copy);
        // The password that the page remembers does not open this file.
        if (copy === 'LOCKED') setAsking(true);
        return;
      }
      rememberPassword(password);
      await onProved(copy);
    } finally {
      setOpening(false);
    }
  };
  return (
    <Form button={check.go} onSend={submit} ready={issued !== undefined && !opening}>
      {chooses && <FileChoice files={chosen} onChoose={setChosen} />}
      {asking && <PasswordField label={check.label} {...field} />}
      <p role="alert" className={fault ? 'wrong box' : 'unseen'}>
        {fault ? (fault === 'NO_FILE' && !chooses ? check.gone : check.faults[fault]) : ''}
      </p>
    </Form>
  );
}

const sameAs = (issued: IssuedFiles, certificate: Uint8Array) =>
  issued.certificate.length === certificate.length &&
  issued.certificate.every((octet, at) => octet === certificate[at]);

function FileChoice({
  files,
  onChoose,
}: {
  files: readonly File[];
  onChoose: (files: readonly File[]) => void;
}) {
  const { check } = useWords();
  const id = useId();
  return (
    <div className="file">
      <input id={id} type="file" multiple onChange={({ target }) => onChoose([...(target.files ?? [])])} />
      <label htmlFor={id}>{files.length > 0 ? files.map(({ name }) => name).join(', ') : check.choose}</label>
    </div>
  );
}
