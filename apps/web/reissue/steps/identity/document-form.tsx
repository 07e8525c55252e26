import { useEffect, useId, useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import {
  IdentityDocumentFields,
  emptyDocument,
  fieldsOf,
  isFilled,
} from '../../components/document-fields.js';
import { Form } from '../../components/form.js';
import { useWords } from '../../words/index.js';
import type { AnswerProps } from './identity-step.js';
import { useAnswer } from './use-answer.js';

/** A photo of the document, and what stands on it. */
export function DocumentForm({ challenge, onAccepted }: AnswerProps) {
  const { identity } = useWords();
  const { open, act } = useFlow();
  const id = useId();
  const [photo, setPhoto] = useState<File>();
  const [preview, setPreview] = useState<string>();
  const [document, setDocument] = useState(emptyDocument);
  const [tried, setTried] = useState(false);
  const { send, refused } = useAnswer(challenge, onAccepted);
  useEffect(() => {
    if (!photo) return setPreview(undefined);
    const url = URL.createObjectURL(photo);
    setPreview(url);
    return () => URL.revokeObjectURL(url);
  }, [photo]);

  const submit = async () => {
    setTried(true);
    if (!photo || !isFilled(document)) return;
    let photoId: string | undefined;
    await act(async () => {
      photoId = await open!.uploadPhoto(photo);
      return open!.reissue;
    });
    if (photoId !== undefined) await send(JSON.stringify({ ...fieldsOf(document), photoId }));
  };
  return (
    <Form button={identity.confirm} onSend={submit}>
      {preview && <img className="photo" src={preview} alt={identity.photoAlt} />}
      <div className="file">
        <input
          id={id}
          type="file"
          accept="image/jpeg,image/png,image/heic,image/heif"
          onChange={({ target }) => setPhoto(target.files?.[0])}
        />
        <label htmlFor={id}>{photo ? identity.photoAgain : identity.photo}</label>
      </div>
      {tried && !photo && (
        <p role="alert" className="wrong">
          {identity.photoMissing}
        </p>
      )}
      <IdentityDocumentFields draft={document} tried={tried} onChange={setDocument} />
      {refused && (
        <p role="alert" className="wrong box">
          {refused}
        </p>
      )}
    </Form>
  );
}
