import { Anchor, Button, Group, Stack, Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { call } from '../api/client.js';
import { StandingBadge } from '../components/badges.js';
import { useFormat } from '../components/format.js';
import { Empty, Loaded, PageTitle } from '../components/states.js';
import { DataTable } from '../components/table.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';

type Key = 'serial' | 'customerRef';

/** Search for certificates by serial number or customer. The address holds the search. */
export function CertificatesPage(): ReactNode {
  const { certificates: words } = useWords();
  const [search, setSearch] = useSearchParams();
  const key: Key | undefined = search.has('serial')
    ? 'serial'
    : search.has('customerRef')
      ? 'customerRef'
      : undefined;
  const find = (by: Key, value: string) => setSearch({ [by]: value });
  return (
    <Stack>
      <PageTitle title={words.title} />
      <Group align="end" gap="xl">
        <SearchBox
          label={words.bySerial}
          initial={search.get('serial')}
          onFind={(value) => find('serial', value)}
        />
        <SearchBox
          label={words.byCustomer}
          initial={search.get('customerRef')}
          onFind={(value) => find('customerRef', value)}
        />
      </Group>
      {key ? (
        <Found by={key} value={search.get(key) ?? ''} />
      ) : (
        <Empty title={words.start} text={words.startText} />
      )}
    </Stack>
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

function Found({ by, value }: { by: Key; value: string }): ReactNode {
  const { certificates: words } = useWords();
  const format = useFormat();
  const found = useQuery({
    queryKey: ['certificates', by, value],
    queryFn: ({ signal }) => call('listCertificates', { query: { [by]: value }, signal }),
  });
  return (
    <Loaded of={found}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={words.empty} />
        ) : (
          <DataTable
            label={words.title}
            head={[words.serial, words.status, words.validity, words.customerRef]}
          >
            {items.map((item) => (
              <Table.Tr key={item.serial}>
                <Table.Td>
                  <Anchor
                    component={Link}
                    to={paths.certificate(item.serial)}
                    ff="monospace"
                    size="sm"
                    underline="always"
                  >
                    {item.serial}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <StandingBadge standing={item.standing} />
                </Table.Td>
                <Table.Td>
                  {format.date(item.notBefore)} – {format.date(item.notAfter)}
                </Table.Td>
                <Table.Td>{item.customerRef}</Table.Td>
              </Table.Tr>
            ))}
          </DataTable>
        )
      }
    </Loaded>
  );
}
