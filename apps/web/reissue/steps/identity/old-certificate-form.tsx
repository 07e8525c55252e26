import { useId, useState } from 'react';
import { fromBase64url, toBase64, toBase64url } from '#libs/client';
import { readCertificateFields } from '#libs/npki';
import { useFlow } from '../../flow/use-flow.js';
import { readChosenFiles, signingPairOf } from '../../key/chosen-files.js';
import { tryPassword } from '../../key/key-files.js';
import { signIfPair } from '../../key/signature.js';
import { PasswordField } from '../../components/field.js';
import { Form } from '../../components/form.js';
import { useWords } from '../../words/index.js';
import type { AnswerProps } from './identity-step.js';
import { useAnswer } from './use-answer.js';

/** Signs with the certificate that the customer has. Its files and password stay on this device. */
export function OldCertificateForm(props: AnswerProps) {
  const { challenge, others } = props;
  const { identity } = useWords();
  const { kept, changeKept, rememberPassword } = useFlow();
  const id = useId();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [password, setPassword] = useState('');
  const { send, refused, refuse } = useAnswer({
    ...props,
    onAccepted: () => {
      rememberPassword(password);
      props.onAccepted();
    },
  });
  const submit = async () => {
    if (files.length === 0 || !password) return refuse(({ required }) => required);
    const holding = await readChosenFiles(files, password);
    const pair = await signingPairOf(holding);
    if (!pair) return refuse(({ identity }) => (holding.locked ? identity.oldWrong : identity.oldNoPair));
    const { certificate, privateKey } = pair;
    const { publicKey } = readCertificateFields(certificate);
    const signature = await signIfPair(privateKey, publicKey, fromBase64url(challenge.toSign ?? ''));
    if (!signature) return refuse(({ identity }) => identity.oldNoPair);
    // The new certificate gets this password, so that the page does not ask again.
    await changeKept({ key: await tryPassword(kept!.key, password) });
    return send(JSON.stringify({ certificate: toBase64(certificate), signature: toBase64url(signature) }));
  };
  return (
    <Form button={identity.sign} onSend={submit} waitsFor="IDENTITY" others={others}>
      <div className="file">
        <input id={id} type="file" multiple onChange={({ target }) => setFiles([...(target.files ?? [])])} />
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
