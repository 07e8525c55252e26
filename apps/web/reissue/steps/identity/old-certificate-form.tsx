import { useId, useState } from 'react';
import { fromBase64url, toBase64, toBase64url } from '#libs/client';
import { useFlow } from '../../flow/use-flow.js';
import { openOldFiles, tryPassword } from '../../key/key-files.js';
import { signAsOld } from '../../key/old-key.js';
import { Form, PasswordField } from '../../parts/form.js';
import { useWords } from '../../words/index.js';
import type { AnswerProps } from './identity-step.js';
import { useAnswer } from './use-answer.js';

/** A signature with the certificate that the customer still has. Its files and password stay on this device. */
export function OldCertificateForm({ challenge, onAccepted }: AnswerProps) {
  const { identity } = useWords();
  const { kept, keep, remember } = useFlow();
  const id = useId();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [password, setPassword] = useState('');
  const { send, refused, refuse } = useAnswer(challenge, () => {
    remember(password);
    onAccepted();
  });
  const submit = async () => {
    if (files.length === 0 || !password) return refuse(({ required }) => required);
    let answer: string;
    try {
      const contents = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
      const { certificate, privateKey } = await openOldFiles(contents, password);
      const signature = await signAsOld(new Uint8Array(privateKey), fromBase64url(challenge.toSign ?? ''));
      // Nobody asks for the password again: the new certificate gets the one of the old.
      await keep({ key: await tryPassword(kept!.key, password) });
      answer = JSON.stringify({ certificate: toBase64(certificate), signature: toBase64url(signature) });
    } catch {
      return refuse((words) => words.identity.oldWrong);
    }
    return send(answer);
  };
  return (
    <Form button={identity.sign} onSend={submit}>
      <div className="file">
        <input
          id={id}
          type="file"
          multiple
          accept=".p12,.pfx,.der,.key,.cer"
          onChange={({ target }) => setFiles([...(target.files ?? [])])}
        />
        <label htmlFor={id}>
          {files.length > 0 ? files.map(({ name }) => name).join(', ') : identity.oldFiles}
        </label>
      </div>
      <PasswordField
        label={identity.oldPassword}
        autoComplete="off"
        value={password}
        onChange={({ target }) => setPassword(target.value)}
      />
      {refused && (
        <p role="alert" className="wrong box">
          {refused}
        </p>
      )}
    </Form>
  );
}
