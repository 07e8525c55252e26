import { readTrust, TrustUnusable, verifyEvidence } from '#libs/audit';
import { Alert, Button, FileInput, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Verdict } from '../api/types.js';
import { PageTitle } from '../parts/states.js';
import { useWords } from '../words/language.js';
import { VerdictView } from './verdict-view.js';

/** One of the files is not what it should be. */
class Unreadable extends Error {
  constructor(
    readonly file: string,
    readonly what: 'json' | 'trust',
  ) {
    super(what);
  }
}

/** Verifies evidence in the browser: nothing is sent to anybody, and no server has to be believed. */
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
      {verifying.isError && <Unusable error={verifying.error} />}
      {verifying.data && (
        <>
          <VerdictView verdict={verifying.data.verdict} />
          <Text size="sm">{evidence.verified(verifying.data.entries)}</Text>
        </>
      )}
    </Stack>
  );
}

function Unusable({ error }: { error: Error }): ReactNode {
  const { evidence, common } = useWords();
  const text =
    error instanceof Unreadable
      ? error.what === 'json'
        ? evidence.notJson(error.file)
        : evidence.notTrust
      : common.failed;
  return (
    <Alert color="red" role="alert">
      {text}
    </Alert>
  );
}

async function verify(
  bundle: File,
  trust: File,
  checkpoint: File | null,
): Promise<{ verdict: Verdict; entries: number }> {
  const content = await jsonOf(bundle);
  const trusted = await jsonOf(trust);
  try {
    const kept = checkpoint ? checkpointsOf(await checkpoint.text()) : [];
    const verdict = await verifyEvidence(content, readTrust(trusted), kept);
    const { entries } = (content ?? {}) as { entries?: unknown[] };
    return { verdict, entries: entries?.length ?? 0 };
  } catch (error) {
    if (error instanceof TrustUnusable) throw new Unreadable(trust.name, 'trust');
    throw error;
  }
}

async function jsonOf(file: File): Promise<unknown> {
  try {
    return JSON.parse(await file.text());
  } catch {
    throw new Unreadable(file.name, 'json');
  }
}

/** A signed checkpoint, or lines of them, bare or as `{jws}`. What is none is left to the verifier to say. */
function checkpointsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('{') ? ((JSON.parse(line) as { jws?: string }).jws ?? line) : line));
}
