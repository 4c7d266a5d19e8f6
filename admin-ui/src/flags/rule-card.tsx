import type { Flag } from '@burgee/server/api';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconGripVertical, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { NewRule } from '../api/changes.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import type { Reorder } from './reorder.ts';
import css from './rule-card.module.css';
import { RuleEditor } from './rule-editor.tsx';
import { serveWords, whoWords } from './words.ts';

const t = text.rules;

interface Props {
  readonly flag: Flag;
  readonly environment: string;
  readonly rule: NewRule;
  readonly index: number;
  readonly count: number;
  readonly locked: boolean;
  readonly ramped: boolean;
  readonly opened: boolean;
  readonly reorder: Reorder;
  onOpen(opened: boolean): void;
  onChange(rule: NewRule): void;
  onRemove(): void;
  onMove(to: number): void;
}

/** One rule: the sentence, the handles, and the editor when it is open. */
export function RuleCard(props: Props) {
  const { rule, index, count, locked, opened, reorder } = props;
  const n = index + 1;
  const { dragged, over } = reorder;
  const [moved, setMoved] = useState(false);
  const target = dragged !== null && over === index && dragged !== index ? (dragged < index ? 'after' : 'before') : undefined;
  return (
    <li ref={reorder.item(index)} className={css.rule} data-open={opened} data-dragged={dragged === index} data-drop={target}>
      <div className={css.line}>
        {!locked && count > 1 ? (
          <button
            type="button"
            className={css.grip}
            aria-label={page.order.drag(n)}
            title={page.order.drag(n)}
            // a handle that was moved by a key keeps the focus at its new place
            ref={(grip) => {
              if (!moved) return;
              grip?.focus();
              setMoved(false);
            }}
            onPointerDown={reorder.grab(index)}
            onKeyDown={(event) => {
              reorder.press(index)(event);
              setMoved(event.key === 'ArrowUp' || event.key === 'ArrowDown');
            }}
          >
            <IconGripVertical size={15} />
            <span className={css.number}>{n}</span>
          </button>
        ) : (
          <span className={css.number}>{n}</span>
        )}
        <div className={css.said}>
          {rule.title && <span className={css.title}>{rule.title}</span>}
          <p className={css.sentence}>
            {whoWords(rule)} <span aria-hidden="true">→</span> <strong>{serveWords(rule.serve)}</strong>
          </p>
        </div>
        {!locked && <Handles {...props} />}
      </div>
      {opened && !locked && (
        <RuleEditor
          flag={props.flag}
          environment={props.environment}
          rule={rule}
          ramped={props.ramped}
          onChange={props.onChange}
        />
      )}
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
