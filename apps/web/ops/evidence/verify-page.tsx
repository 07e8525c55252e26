import {
  InvalidCheckpointFile,
  readCheckpointFile,
  readTrustFile,
  InvalidTrustFile,
  verifyEvidenceFile,
  type FileVerdict,
} from '#libs/audit-proofs';
import { Alert, Button, FileInput, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { PageTitle } from '../components/states.js';
import { useWords } from '../words/language.js';
import { VerdictView } from './verdict-view.js';

/** Verifies evidence in the browser. It sends nothing, and needs to trust no server. */
export function VerifyPage(): ReactNode {
  const { evidence } = useWords();
  const [bundle, setBundle] = useState<File | null>(null);
  const [trust, setTrust] = useState<File | null>(null);
  const [checkpoint, setCheckpoint] = useState<File | null>(null);
  const verifying = useMutation({ mutationFn: () => verify(bundle!, trust!, checkpoint) });
  const choose = (set: (file: File | null) => void) => (file: File | null) => {
    verifying.reset();
    set(file);
  };
  return (
    <Stack maw="44rem">
      <PageTitle title={evidence.verifyTitle} />
      <Text>{evidence.verifyText}</Text>
      <FileInput
        label={evidence.bundle}
        placeholder={evidence.choose}
        accept="application/json,.json"
        value={bundle}
        onChange={choose(setBundle)}
        clearable
        required
      />
      <FileInput
        label={evidence.trust}
        description={evidence.trustText}
        placeholder={evidence.choose}
        accept="application/json,.json"
        value={trust}
        onChange={choose(setTrust)}
        clearable
        required
      />
      <FileInput
        label={evidence.checkpoint}
        placeholder={evidence.choose}
        value={checkpoint}
        onChange={choose(setCheckpoint)}
        clearable
      />
      <Group>
        <Button disabled={!bundle || !trust} loading={verifying.isPending} onClick={() => verifying.mutate()}>
          {evidence.verify}
        </Button>
      </Group>
      {verifying.isError && <UnusableFile error={verifying.error} />}
      {verifying.data && (
        <>
          <VerdictView verdict={verifying.data.verdict} />
          <Text size="sm">{evidence.verified(verifying.data.entries)}</Text>
        </>
      )}
    </Stack>
  );
}

function UnusableFile({ error }: { error: Error }): ReactNode {
  const { evidence, common } = useWords();
  return (
    <Alert color="red" role="alert">
      {error instanceof InvalidTrustFile
        ? evidence.notTrust
        : error instanceof InvalidCheckpointFile
          ? evidence.notCheckpoints
          : common.failed}
    </Alert>
  );
}

async function verify(bundle: File, trust: File, checkpoint: File | null): Promise<FileVerdict> {
  const trusted = readTrustFile(await bytesOf(trust));
  const kept = checkpoint ? readCheckpointFile(await bytesOf(checkpoint)) : [];
  return verifyEvidenceFile(await bytesOf(bundle), trusted, kept);
}

const bytesOf = async (file: File) => new Uint8Array(await file.arrayBuffer());
