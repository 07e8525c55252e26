import { useState } from 'react';
import { parseOneTimeCode } from '#libs/domain';
import { useFlow } from '../../flow/use-flow.js';
import { Field } from '../../components/field.js';
import { Form } from '../../components/form.js';
import { minutesAndSeconds, useSecondsUntil } from '../../components/time.js';
import { useWords } from '../../words/index.js';
import type { AnswerProps } from './identity-step.js';
import { useAnswer } from './use-answer.js';

/** The input for a code from a text message or a deposit. The gateway decides whether the code has expired. */
export function CodeForm(props: AnswerProps) {
  const { challenge, others } = props;
  const { identity } = useWords();
  const { requestChallenge: sendAgain, busy } = useFlow();
  const [code, setCode] = useState('');
  const [fresh, setFresh] = useState(false);
  const { send, refused, refuse, clear } = useAnswer(props, () => setCode(''));
  const seconds = useSecondsUntil(challenge.expiresAt);
  const submit = () => {
    setFresh(false);
    const typed = parseOneTimeCode(code);
    if (!typed) return refuse((words) => words.identity.badCode);
    return send(typed);
  };
  const again = async () => {
    clear();
    setCode('');
    setFresh((await sendAgain(challenge.method)) !== undefined);
  };
  return (
    <>
      <Form button={identity.confirm} onSend={submit} waitsFor="IDENTITY" others={others}>
        <Field
          label={identity.code}
          hint={seconds > 0 ? identity.validFor(minutesAndSeconds(seconds)) : identity.over}
          inputMode="numeric"
          autoComplete="one-time-code"
          className="code"
          value={code}
          error={refused || undefined}
          onChange={({ target }) => setCode(parseOneTimeCode(target.value) ?? target.value)}
        />
        <p role="status" className={fresh ? 'box' : 'unseen'}>
          {fresh ? identity.sentAgain : ''}
        </p>
      </Form>
      <button
        className={seconds > 0 ? 'plain' : 'second'}
        aria-disabled={busy}
        onClick={() => busy || void again()}
      >
        {identity.again}
      </button>
    </>
  );
}
