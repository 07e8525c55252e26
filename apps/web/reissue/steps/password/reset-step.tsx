import { useEffect, useState } from 'react';
import type { PasswordRules } from '#libs/client';
import { brokenPasswordRules } from '#libs/domain';
import { useFlow } from '../../flow/use-flow.js';
import { PasswordField } from '../../components/field.js';
import { Form } from '../../components/form.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useRefused } from '../../components/use-refused.js';
import { useLanguage, useWords } from '../../words/index.js';

/** Rules that the page can check from the password alone. The bank checks the others. */
const checkedHere = [
  'TOO_SHORT',
  'TOO_LONG',
  'NEEDS_LETTER',
  'NEEDS_DIGIT',
  'NEEDS_SPECIAL',
  'FORBIDDEN_CHARACTER',
  'UNPRINTABLE_CHARACTER',
];

/** A new password, and for each rule whether it is met. */
export function ResetStep({ onBack }: { onBack?: () => void }) {
  const { password: words } = useWords();
  const { sendPassword } = useFlow();
  const refused = useRefused().at('#/newPassword');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const broken: readonly string[] = brokenPasswordRules(password);
  const send = async () => {
    setTried(true);
    if (broken.length === 0 && password === again) await sendPassword(password, true);
  };
  return (
    <ScreenFrame title={words.resetTitle} lead={words.resetLead}>
      <Form button={words.set} onSend={send}>
        <PasswordField
          label={words.newLabel}
          autoComplete="new-password"
          value={password}
          tried={tried}
          fault={broken.length > 0 ? words.broken : undefined}
          error={refused.map(({ message }) => message).join(' ') || undefined}
          onChange={({ target }) => setPassword(target.value)}
        />
        <Rules broken={broken} begun={password !== ''} />
        <PasswordField
          label={words.again}
          autoComplete="new-password"
          value={again}
          tried={tried}
          fault={password === again ? undefined : words.differ}
          onChange={({ target }) => setAgain(target.value)}
        />
      </Form>
      {onBack && (
        <button className="plain" onClick={onBack}>
          {words.back}
        </button>
      )}
    </ScreenFrame>
  );
}

function Rules({ broken, begun }: { broken: readonly string[]; begun: boolean }) {
  const { password: words } = useWords();
  const { client } = useFlow();
  const language = useLanguage();
  const [rules, setRules] = useState<PasswordRules['rules']>([]);
  useEffect(() => {
    void client.passwordRules().then(
      (found) => setRules(found.rules),
      () => undefined,
    );
  }, [client]);
  return (
    <section className="rules" aria-label={words.rules}>
      <ul>
        {rules.map(({ code, text }) => {
          const here = checkedHere.includes(code);
          const met = here && begun && !broken.includes(code);
          return (
            <li key={code} className={met ? 'met' : undefined}>
              <span aria-hidden="true">{met ? '✓' : here ? '○' : '·'}</span> {text[language]}{' '}
              <span className="unseen">({met ? words.met : here ? words.notMet : words.checkedLater})</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
