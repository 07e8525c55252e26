import { Anchor, Button, Group, Stack, TextInput, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { PageTitle } from '../components/states.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { CertificateList, searchKeys } from './certificate-list.js';
import { InventoryView } from './inventory-view.js';

/** The inventory, and search for certificates by serial number, customer or part of it. The address holds the search. */
export function CertificatesPage(): ReactNode {
  const { certificates: words } = useWords();
  const [search, setSearch] = useSearchParams();
  const key = searchKeys.find((one) => search.has(one));
  const value = (key && search.get(key)) ?? '';
  const phone = useMediaQuery('(max-width: 48em)');
  const find = (by: 'serial' | 'customerRef', given: string) => setSearch({ [by]: given });
  const boxes = (
    <Group key="search" align="end" gap="xl">
      <SearchBox
        label={words.bySerial}
        initial={search.get('serial')}
        onFind={(given) => find('serial', given)}
      />
      <SearchBox
        label={words.byCustomer}
        initial={search.get('customerRef')}
        onFind={(given) => find('customerRef', given)}
      />
    </Group>
  );
  const list = key ? (
    <Stack key="list">
      {key === 'part' && <PartTitle part={value} />}
      <CertificateList key={`${key}=${value}`} by={key} value={value} />
    </Stack>
  ) : (
    <InventoryView key="inventory" />
  );
  return (
    <Stack>
      <PageTitle title={words.title} />
      {phone ? [list, boxes] : [boxes, list]}
    </Stack>
  );
}

function PartTitle({ part }: { part: string }): ReactNode {
  const { certificates: words } = useWords();
  return (
    <Group justify="space-between">
      <Title order={2} size="h4">
        {words.part[part as keyof typeof words.part] ?? part}
      </Title>
      <Anchor component={Link} to={paths.certificates} underline="always" size="sm">
        {words.inventory}
      </Anchor>
    </Group>
  );
}

function SearchBox({
  label,
  initial,
  onFind,
}: {
  label: string;
  initial: string | null;
  onFind: (value: string) => void;
}): ReactNode {
  const { common } = useWords();
  const [value, setValue] = useState(initial ?? '');
  return (
    <form
      role="search"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim()) onFind(value.trim());
      }}
    >
      <Group align="end" gap="xs">
        <TextInput
          label={label}
          value={value}
          onChange={({ currentTarget }) => setValue(currentTarget.value)}
          spellCheck={false}
          w="18rem"
        />
        <Button type="submit" variant="default">
          {common.search}
        </Button>
      </Group>
    </form>
  );
}
