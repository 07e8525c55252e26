import { useEffect, useState } from 'react';
import { certificatesOfPem } from '#libs/client';
import { useFlow } from '../flow/use-flow.js';
import type { IssuedFiles } from './key-files.js';

/** The certificate with its chain and the encrypted key, for the files; undefined until it was downloaded. */
export function useIssued(): IssuedFiles | undefined {
  const { open, kept } = useFlow();
  const keyFile = kept?.key.file;
  const [issued, setIssued] = useState<IssuedFiles>();
  useEffect(() => {
    if (!keyFile || !open) return;
    let shown = true;
    void open.certificatePem().then(
      (pem) => {
        const [certificate, ...authorities] = certificatesOfPem(pem);
        if (shown && certificate) setIssued({ certificate, authorities, keyFile });
      },
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, [open, keyFile]);
  return issued;
}
