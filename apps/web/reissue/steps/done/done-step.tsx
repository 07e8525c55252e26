import { useState } from 'react';
import { brand } from '../../brand.js';
import { oldCertificateCaseOf } from '../../flow/old-certificate.js';
import { useFlow } from '../../flow/use-flow.js';
import { openFolder, type IssuedFiles } from '../../key/key-files.js';
import { isKeyPair } from '../../key/own-key.js';
import { useIssued } from '../../key/use-issued.js';
import { useKeyPassword } from '../../key/use-key-password.js';
import { PasswordField } from '../../components/field.js';
import { Form } from '../../components/form.js';
import { SavedCopyForm } from '../../components/saved-copy-form.js';
import { SaveWays } from '../../components/save-ways.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';

/** The last screen: what to do next, and the files again. The customer can finish once a saved copy was checked. */
export function DoneStep() {
  const { done } = useWords();
  const { finish, kept, changeKept, reissue, setSavedFile } = useFlow();
  const issued = useIssued();
  const old = oldCertificateCaseOf(reissue);
  const unproved = kept !== undefined && !kept.proved;
  const serial = reissue?.certificate?.serial ?? 'new';
  return (
    <ScreenFrame title={done.title} lead={`${done.lead} ${done.old[old]}`} outcome="good">
      <h2>{done.now}</h2>
      <ol>
        {(old === 'NONE' ? done.todo : [done.deleteOld, ...done.todo]).map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ol>
      {issued && <TrySignature issued={issued} />}
      {issued && (
        <section>
          <h2>{done.saveTitle}</h2>
          <p>{done.saveLead}</p>
          <SaveWays
            certificate={{ ...issued, serial }}
            onSaved={(saving) => setSavedFile(typeof saving === 'object' ? saving.file : undefined)}
          />
        </section>
      )}
      {unproved ? (
        <section className="box">
          <h2>{done.unprovedTitle}</h2>
          <p>{done.unproved}</p>
          <SavedCopyForm issued={issued} onProved={() => changeKept({ proved: true })} />
        </section>
      ) : (
        <>
          <button className="main" onClick={() => void finish()}>
            {done.finish}
          </button>
          <p className="hint">{kept?.inBrowser ? done.finishHelpHere : done.finishHelp}</p>
        </>
      )}
    </ScreenFrame>
  );
}

function TrySignature({ issued }: { issued: IssuedFiles }) {
  const { done, check } = useWords();
  const { password: known, kept } = useFlow();
  const { typed, refuse, field } = useKeyPassword();
  const [holds, setHolds] = useState<boolean>();
  const submit = async () => {
    try {
      const key = await openFolder(issued, known ?? typed);
      const text = new TextEncoder().encode(done.sentence);
      setHolds(await isKeyPair(key, kept!.key.publicKey, text));
    } catch {
      refuse();
    }
  };
  return (
    <section className="box">
      <h2>{done.tryTitle}</h2>
      <p>{done.tryLead}</p>
      <blockquote>{done.sentence}</blockquote>
      <Form button={done.try} onSend={submit}>
        {known === undefined && <PasswordField label={check.label} {...field} />}
      </Form>
      <p role="status" className={holds === undefined ? 'unseen' : holds ? 'good box' : 'wrong box'}>
        {holds === undefined ? '' : holds ? done.works : done.fails(brand.callCentre.phone)}
      </p>
    </section>
  );
}
