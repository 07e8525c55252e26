import { Alert, Button, Center, Loader, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import type { UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.js';
import { useWords } from '../words/language.js';

/** Shown while data loads for the first time. */
export function Loading(): ReactNode {
  const { common } = useWords();
  return (
    <Center p="xl" role="status">
      <Loader aria-hidden />
      <VisuallyHidden>{common.loading}</VisuallyHidden>
    </Center>
  );
}

/** Shown instead of an empty list. */
export function Empty({ title, text }: { title: string; text?: string }): ReactNode {
  return (
    <Stack align="center" gap={4} p="xl">
      <Text fw={600}>{title}</Text>
      {text && <Text c="dimmed">{text}</Text>}
    </Stack>
  );
}

/** The button that loads the next page of a list; absent after the last page. */
export function MoreButton({
  list,
}: {
  list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
}): ReactNode {
  const { common } = useWords();
  if (!list.hasNextPage) return null;
  return (
    <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {common.more}
    </Button>
  );
}

/** A problem of the API in its own words, with a button to retry. */
export function ProblemAlert({ error, retry }: { error: Error; retry?: () => void }): ReactNode {
  const { common } = useWords();
  const problem = error instanceof ApiError ? error : undefined;
  const reached = problem?.slug !== 'unreachable';
  return (
    <Alert color="red" variant="light" role="alert" title={(reached && problem?.title) || common.failed}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{reached ? problem?.detail : common.unreachable}</Text>
        {problem?.errors.map(({ path, message }) => (
          <Text size="sm" key={`${path}${message}`}>
            {path ? `${path}: ` : ''}
            {message}
          </Text>
        ))}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {common.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Shows the data, or that it loads or failed. During a new load the earlier data stays. */
export function Loaded<T>({
  of,
  children,
}: {
  of: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}): ReactNode {
  if (of.data !== undefined) {
    return (
      <>
        {of.isError && <ProblemAlert error={of.error} retry={() => void of.refetch()} />}
        {children(of.data)}
      </>
    );
  }
  if (of.isError) return <ProblemAlert error={of.error} retry={() => void of.refetch()} />;
  return <Loading />;
}

export function PageTitle({ children, title }: { children?: ReactNode; title: string }): ReactNode {
  return (
    <Title order={1} size="h2">
      {title}
      {children}
    </Title>
  );
}
