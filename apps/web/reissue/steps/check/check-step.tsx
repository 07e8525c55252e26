import { CustomerKey } from '#libs/client';
import { useFlow } from '../../flow/use-flow.js';
import { openFolder } from '../../key/key-files.js';
import { useIssued } from '../../key/use-issued.js';
import { useKeyPassword } from '../../key/use-key-password.js';
import { Form, PasswordField } from '../../parts/form.js';
import { Page } from '../../parts/screen-frame.js';
import { useWords } from '../../words/index.js';

/** Opens the files just made and signs with them: proof that what the customer holds works. */
export function CheckStep() {
  const { check } = useWords();
  const { open, act, password: known, remember, keep, kept } = useFlow();
  const issued = useIssued();
  const { typed, refuse, field } = useKeyPassword();
  const submit = async () => {
    if (!issued) return;
    const given = known ?? typed;
    let opened: CryptoKey;
    try {
      opened = await openFolder(issued, given);
    } catch {
      return refuse();
    }
    remember(given);
    await act(async () => open!.proveRegistration(await CustomerKey.of(opened, kept!.key.publicKey)));
  };
  return (
    <Page title={check.title} lead={check.lead}>
      <Form button={check.go} onSend={submit} ready={issued !== undefined}>
        {known === undefined && <PasswordField label={check.label} {...field} />}
      </Form>
      <button className="plain" onClick={() => void keep({ saved: false })}>
        {check.again}
      </button>
    </Page>
  );
}
