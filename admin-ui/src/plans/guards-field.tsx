import type { Guard } from '@burgee/server/api';
import { ActionIcon, Button, Menu, Text, Title, Tooltip } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { plans as t } from '../text/plans.ts';
import { newGuard } from './draft.ts';
import { GuardEditor } from './guard-editor.tsx';
import css from './plans.module.css';

interface Props {
  readonly value: readonly Guard[];
  readonly sources: readonly { readonly value: string; readonly label: string }[];
  about(field: string): string | undefined;
  onChange(value: readonly Guard[]): void;
}

/** Guards of which a plan has one at most. */
const ALONE: ReadonlySet<Guard['kind']> = new Set(['outcomes', 'latency']);

/** What watches a rollout. */
export function GuardsField({ value, sources, about, onChange }: Props) {
  const kinds = Object.keys(t.guardKinds) as Guard['kind'][];
  const add = (kind: Guard['kind']) => {
    const taken = value.map(({ key }) => key);
    onChange([...value, newGuard(kind, taken, sources[0]?.value ?? '')]);
  };
  return (
    <div className={css.body}>
      {value.map((guard, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a guard's key is what is being typed
        <section key={index} className={css.guard} aria-label={t.guardKinds[guard.kind]}>
          <header>
            <div>
              <Title order={3}>{t.guardKinds[guard.kind]}</Title>
              <Text fz="sm" className="muted">
                {t.guardKindHints[guard.kind]}
              </Text>
            </div>
            <Tooltip label={t.removeGuard(guard.key)}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t.removeGuard(guard.key)}
                onClick={() => onChange(value.filter((_, at) => at !== index))}
              >
                <IconX size={16} />
              </ActionIcon>
            </Tooltip>
          </header>
          <GuardEditor
            guard={guard}
            sources={sources}
            about={(field) => about(`guards[${index}].${field}`)}
            onChange={(next) => onChange(value.map((old, at) => (at === index ? next : old)))}
          />
        </section>
      ))}
      {about('guards') && <Text c="var(--bad)">{about('guards')}</Text>}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />}>
            {t.addGuard}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {kinds.map((kind) => (
            <Menu.Item
              key={kind}
              disabled={ALONE.has(kind) && value.some((guard) => guard.kind === kind)}
              onClick={() => add(kind)}
            >
              {t.guardKinds[kind]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
