import { useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import { PasswordField } from '../../components/field.js';
import { Form } from '../../components/form.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';
import { ResetStep } from './reset-step.js';

/** The present password, or a new one if the customer has forgotten it. */
export function PasswordStep() {
  const { password: words, required } = useWords();
  const { reissue, sendPassword, failure, clearFailure } = useFlow();
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const [forgotten, setForgotten] = useState(false);
  const unknown =
    failure && 'slug' in failure && ['password-locked', 'no-password-on-file'].includes(failure.slug);
  if (forgotten || unknown)
    return (
      <ResetStep
        {...(unknown
          ? {}
          : {
              onBack: () => {
                clearFailure();
                setForgotten(false);
              },
            })}
      />
    );
  const left = reissue?.attempts.password;
  return (
    <ScreenFrame title={words.title} lead={words.lead}>
      <Form
        button={words.confirm}
        onSend={async () => {
          setTried(true);
          if (!password) return;
          await sendPassword(password, false);
          setPassword('');
          setTried(false);
        }}
      >
        <PasswordField
          label={words.label}
          autoComplete="current-password"
          value={password}
          hint={left != null && left < 5 ? words.left(left) : undefined}
          error={tried && !password ? required : undefined}
          onChange={({ target }) => setPassword(target.value)}
        />
      </Form>
      <button
        className="plain"
        onClick={() => {
          clearFailure();
          setForgotten(true);
        }}
      >
        {words.forgot}
      </button>
    </ScreenFrame>
  );
}
