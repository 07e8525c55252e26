import { useState } from 'react';
import { CustomerKey } from '#libs/client';
import { useFlow } from '../../flow/use-flow.js';
import { openFolder } from '../../key/key-files.js';
import { useIssued } from '../../key/use-issued.js';
import { Form, PasswordField } from '../../parts/form.js';
import { Page } from '../../parts/screen-frame.js';
import { useWords } from '../../words/index.js';

/** Opens the files just made and signs with them: proof that what the customer holds works. */
export function CheckStep() {
  const { check, save } = useWords();
  const { open, act, password: known, remember, keep, kept } = useFlow();
  const issued = useIssued();
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = async () => {
    if (!issued) return;
    const given = known ?? password;
    let opened: CryptoKey;
    try {
      opened = await openFolder(issued, given);
    } catch {
      return setWrong(true);
    }
    remember(given);
    await act(async () => open!.proveRegistration(await CustomerKey.of(opened, kept!.key.publicKey)));
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
