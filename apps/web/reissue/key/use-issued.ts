import { useEffect, useState } from 'react';
import { useFlow } from '../flow/use-flow.js';
import { pemToDer } from './der.js';
import type { IssuedFiles } from './key-files.js';

/** The certificate with its chain, and the encrypted key: what the files are made of. */
export function useIssued(): IssuedFiles | undefined {
  const { api, kept } = useFlow();
  const keyFile = kept?.key.file;
  const [issued, setIssued] = useState<IssuedFiles>();
  useEffect(() => {
    if (!keyFile) return;
    let shown = true;
    void api.certificates().then(
      (pem) => {
        const [certificate, ...authorities] = pemToDer(pem);
        if (shown && certificate) setIssued({ certificate, authorities, keyFile });
      },
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, [api, keyFile]);
  return issued;
}
