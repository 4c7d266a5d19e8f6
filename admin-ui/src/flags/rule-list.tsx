import type { Flag } from '@burgee/server/api';
import { Button, Group, Select, Title, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { NewRule } from '../api/changes.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import type { DraftHandle } from './draft.ts';
import { useReorder } from './reorder.ts';
import { RuleCard } from './rule-card.tsx';
import css from './rule-list.module.css';
import { ruleForAll } from './targeting.ts';

const t = text.flags.page;

interface Props {
  readonly flag: Flag;
  readonly environment: string;
  readonly draft: DraftHandle;
  readonly ramped: boolean;
  readonly locked: boolean;
}

/** The rules in order, each a sentence that opens into its editor, and what everyone else gets. */
export function RuleList({ flag, environment, draft, ramped, locked }: Props) {
  const { targeting } = draft;
  const [said, setSaid] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const setRules = (rules: readonly NewRule[]) => draft.set({ ...targeting, rules });
  const variants = flag.variants.map((variant) => variant.key);
  const add = () => {
    const rule = ruleForAll(flag, targeting.offVariant, 100);
    setRules([...targeting.rules, rule]);
    setOpen(rule.id ?? null);
  };
  const move = (from: number, to: number) => {
    const rules = [...targeting.rules];
    rules.splice(to, 0, ...rules.splice(from, 1));
    setRules(rules);
    setSaid(page.order.moved(from + 1, to + 1, rules.length));
  };
  const reorder = useReorder(targeting.rules.length, move);
  return (
    <section className={`card ${css.card}`}>
      <header className={css.head}>
        <div>
          <Title order={2}>{t.rules}</Title>
          <p className={css.hint}>{targeting.rules.length === 0 ? t.noRules : t.rulesHint}</p>
        </div>
        {!locked && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={add}>
            {text.rules.add}
          </Button>
        )}
      </header>
      <ol className={css.rules}>
        {targeting.rules.map((rule, index) => (
          <RuleCard
            key={rule.id ?? index}
            flag={flag}
            environment={environment}
            rule={rule}
            reorder={reorder}
            index={index}
            count={targeting.rules.length}
            locked={locked}
            ramped={ramped}
            opened={open !== null && open === rule.id}
            onOpen={(opened) => setOpen(opened ? (rule.id ?? null) : null)}
            onChange={(changed) => setRules(targeting.rules.map((old, at) => (at === index ? changed : old)))}
            onRemove={() => setRules(targeting.rules.filter((_, at) => at !== index))}
            onMove={(to) => move(index, to)}
          />
        ))}
      </ol>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
      <Group gap="xl" px="md" py="sm" className={css.rest ?? ''}>
        <Select
          label={t.otherwise}
          w={180}
          allowDeselect={false}
          disabled={locked}
          data={variants}
          value={targeting.defaultVariant}
          onChange={(variant) => variant && draft.set({ ...targeting, defaultVariant: variant })}
        />
        <Select
          label={t.otherwiseOff}
          w={180}
          allowDeselect={false}
          disabled={locked}
          data={variants}
          value={targeting.offVariant}
          onChange={(variant) => variant && draft.set({ ...targeting, offVariant: variant })}
        />
      </Group>
    </section>
  );
}
