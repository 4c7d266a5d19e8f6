import type { Flag } from '@burgee/server/api';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import type { NewRule } from '../api/changes.ts';
import { text } from '../text/catalogue.ts';
import css from './rule-card.module.css';
import { RuleEditor } from './rule-editor.tsx';
import { serveWords, whoWords } from './words.ts';

const t = text.rules;

interface Props {
  readonly flag: Flag;
  readonly rule: NewRule;
  readonly index: number;
  readonly count: number;
  readonly locked: boolean;
  readonly ramped: boolean;
  readonly opened: boolean;
  onOpen(opened: boolean): void;
  onChange(rule: NewRule): void;
  onRemove(): void;
  onMove(to: number): void;
}

/** One rule: the sentence, the handles, and the editor when it is open. */
export function RuleCard(props: Props) {
  const { rule, index, locked, opened } = props;
  const n = index + 1;
  return (
    <li className={css.rule} data-open={opened}>
      <div className={css.line}>
        <span className={css.number}>{n}</span>
        <div className={css.said}>
          {rule.title && <span className={css.title}>{rule.title}</span>}
          <p className={css.sentence}>
            {whoWords(rule)} <span aria-hidden="true">→</span> <strong>{serveWords(rule.serve)}</strong>
          </p>
        </div>
        {!locked && <Handles {...props} />}
      </div>
      {opened && !locked && <RuleEditor flag={props.flag} rule={rule} ramped={props.ramped} onChange={props.onChange} />}
    </li>
  );
}

function Handles({ index, count, opened, onOpen, onRemove, onMove }: Props) {
  const n = index + 1;
  return (
    <div className={css.handles}>
      {count > 1 && (
        <>
          <Handle label={t.up(n)} disabled={index === 0} onClick={() => onMove(index - 1)}>
            <IconArrowUp size={16} />
          </Handle>
          <Handle label={t.down(n)} disabled={index === count - 1} onClick={() => onMove(index + 1)}>
            <IconArrowDown size={16} />
          </Handle>
        </>
      )}
      <Handle label={t.remove(n)} onClick={onRemove}>
        <IconTrash size={16} />
      </Handle>
      <Button
        size="compact-sm"
        variant="default"
        aria-expanded={opened}
        aria-label={opened ? t.done : t.editRule(n)}
        onClick={() => onOpen(!opened)}
      >
        {opened ? t.done : t.edit}
      </Button>
    </div>
  );
}

interface HandleProps {
  readonly label: string;
  readonly disabled?: boolean;
  readonly children: React.ReactNode;
  onClick(): void;
}

function Handle({ label, disabled = false, children, onClick }: HandleProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} disabled={disabled} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
