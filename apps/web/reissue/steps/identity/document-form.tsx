import { useEffect, useId, useRef, useState } from 'react';
import { useFlow } from '../../flow/use-flow.js';
import {
  IdentityDocumentInputs,
  emptyDocument,
  fieldsOf,
  isFilled,
} from '../../components/document-fields.js';
import { Form } from '../../components/form.js';
import { useWords } from '../../words/index.js';
import type { AnswerProps } from './identity-step.js';
import { useAnswer } from './use-answer.js';

/** A photo of the document, and the data on it. */
export function DocumentForm(props: AnswerProps) {
  const { identity } = useWords();
  const { open, attempt } = useFlow();
  const id = useId();
  const [photo, setPhoto] = useState<File>();
  const [document, setDocument] = useState(emptyDocument);
  const [tried, setTried] = useState(false);
  const { send, refused } = useAnswer(props);
  const submit = async () => {
    setTried(true);
    if (!photo || !isFilled(document)) return;
    let photoId: string | undefined;
    await attempt(async () => {
      photoId = await open!.uploadPhoto(photo);
      return open!.reissue;
    });
    if (photoId !== undefined) await send(JSON.stringify({ ...fieldsOf(document), photoId }));
  };
  return (
    <Form button={identity.confirm} onSend={submit} waitsFor="IDENTITY" others={props.others}>
      {photo && <Preview photo={photo} alt={identity.photoAlt} />}
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
      <IdentityDocumentInputs draft={document} tried={tried} onChange={setDocument} />
      {refused && (
        <p role="alert" className="wrong box">
          {refused}
        </p>
      )}
    </Form>
  );
}

/** The chosen photo. Its address is revoked with the element, so that the browser can free the photo. */
function Preview({ photo, alt }: { photo: File; alt: string }) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(photo);
    image.current!.src = url;
    return () => URL.revokeObjectURL(url);
  }, [photo]);
  return <img ref={image} className="photo" alt={alt} />;
}
