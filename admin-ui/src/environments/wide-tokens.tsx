import type { TokenView } from '@burgee/server/api';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMay } from '../app/permissions.ts';
import { Part } from '../app/screen.tsx';
import { environments } from '../text/environments.ts';
import { TokenTable } from './token-table.tsx';

const t = environments.keys;

interface Props {
  readonly project: string;
  /** Of every project. */
  readonly tokens: readonly TokenView[];
  onNew(): void;
}

/** Tokens that are not for one environment alone. */
export function WideTokens({ project, tokens, onNew }: Props) {
  const may = useMay();
  const wide = tokens.filter((token) => token.environment === null && (token.project === null || token.project === project));
  return (
    <Part
      title={t.everywhere}
      lead={t.everywhereLead}
      actions={
        may('token:write') && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={onNew}>
            {t.create}
          </Button>
        )
      }
    >
      <TokenTable
        label={t.everywhere}
        tokens={wide}
        none={t.everywhereNone}
        where={(token) => (token.project === null ? t.everyProject : t.wholeProject)}
      />
    </Part>
  );
}
