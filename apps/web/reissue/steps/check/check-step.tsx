import { useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import { base64url, fromBase64 } from '../../key/der.js';
import { openFolder } from '../../key/key-files.js';
import { sign } from '../../key/own-key.js';
import { useIssued } from '../../key/use-issued.js';
import { Form, PasswordField } from '../../parts/form.js';
import { Page } from '../../parts/screen-frame.js';
import { useWords } from '../../words/index.js';

/** Opens the files just made and signs with them: proof that what the customer holds works. */
export function CheckStep() {
  const { check, save } = useWords();
  const { reissue, api, act, password: known, remember, keep } = useFlow();
  const issued = useIssued();
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = async () => {
    const challenge = reissue?.next.challenge;
    if (!issued || !challenge) return;
    const given = known ?? password;
    let signature: string;
    try {
      signature = base64url(await sign(await openFolder(issued, given), fromBase64(challenge.toSign)));
    } catch {
      return setWrong(true);
    }
    remember(given);
    await act(() => api.register({ challengeId: challenge.challengeId, signature }));
  };
  return (
    <Page title={check.title} lead={check.lead}>
      <Form button={check.go} onSend={submit} ready={issued !== undefined}>
        {known === undefined && (
          <PasswordField
            label={check.label}
            autoComplete="current-password"
            value={password}
            error={wrong ? save.wrongPassword : undefined}
            onChange={({ target }) => {
              setWrong(false);
              setPassword(target.value);
            }}
          />
        )}
      </Form>
      <button className="plain" onClick={() => void keep({ saved: false })}>
        {check.again}
      </button>
    </Page>
  );
}
