import { useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import { openFolder, type IssuedFiles } from '../../key/key-files.js';
import { belongTogether } from '../../key/own-key.js';
import { useIssued } from '../../key/use-issued.js';
import { useKeyPassword } from '../../key/use-key-password.js';
import { Form, PasswordField } from '../../parts/form.js';
import { Page } from '../../parts/screen-frame.js';
import { useWords } from '../../words/index.js';

export function DoneStep() {
  const { done } = useWords();
  const { finish } = useFlow();
  const issued = useIssued();
  return (
    <Page title={done.title} lead={done.lead}>
      <h2>{done.now}</h2>
      <ol>
        {done.todo.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ol>
      {issued && <TrySignature issued={issued} />}
      <button className="main" onClick={() => void finish()}>
        {done.finish}
      </button>
      <p className="hint">{done.finishHelp}</p>
    </Page>
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
      setHolds(await belongTogether(key, kept!.key.publicKey, text));
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
        {holds === undefined ? '' : holds ? done.works : done.fails}
      </p>
    </section>
  );
}
