import { NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { sources as sourcesQuery } from '../api/sources.ts';
import type { FormHandle } from '../app/form.ts';
import { NameAndKey } from '../app/key-fields.tsx';
import { Part } from '../app/screen.tsx';
import { duration } from '../text/format.ts';
import { frame } from '../text/frame.ts';
import { plans as t } from '../text/plans.ts';
import { leastMs, type PlanDraft } from './draft.ts';
import { FreezeField } from './freeze-field.tsx';
import { GuardsField } from './guards-field.tsx';
import css from './plans.module.css';
import { StagesField } from './stages-field.tsx';
import { TuningField } from './tuning-field.tsx';

/** Fields that say themselves what is wrong with them. */
export const EDITED = ['name', 'key', 'description', 'stages', 'guards', 'holdback', 'freeze', 'revertTo'] as const;

interface Props {
  readonly project: string;
  readonly form: FormHandle<PlanDraft>;
  readonly error: unknown;
}

/** Everything of a plan; what the server finds wrong stands where it is wrong. */
export function PlanEditor({ project, form, error }: Props) {
  const { value: plan, set } = form;
  const { data: sources = [] } = useQuery(sourcesQuery(project));
  const problem = error instanceof Problem ? error : undefined;
  const about = (field: string) => problem?.about(field);
  const isNew = form.base.key === null;
  return (
    <>
      <Part title={t.basics}>
        <div className={css.basics}>
          {isNew ? (
            <NameAndKey value={plan} error={error} onChange={set} />
          ) : (
            <TextInput
              label={frame.name}
              value={plan.name}
              error={about('name')}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
          )}
          <Textarea
            label={frame.description}
            autosize
            value={plan.description}
            error={about('description')}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
        </div>
      </Part>
      <Part title={t.stages} lead={`${t.stagesLead} ${t.least(duration(leastMs(plan.stages)))}.`}>
        <StagesField value={plan.stages} about={about} onChange={(stages) => set({ stages })} />
      </Part>
      <Part title={t.guards} lead={plan.guards.length === 0 ? t.noGuards : t.guardsLead}>
        <GuardsField
          value={plan.guards}
          sources={sources.map(({ key, name }) => ({ value: key, label: name }))}
          about={about}
          onChange={(guards) => set({ guards })}
        />
      </Part>
      <Part title={t.end}>
        <div className={css.basics}>
          <Select
            label={t.revertTo}
            allowDeselect={false}
            data={Object.entries(t.revertsTo).map(([value, label]) => ({ value, label }))}
            value={plan.revertTo}
            error={about('revertTo')}
            onChange={(next) => next && set({ revertTo: next as PlanDraft['revertTo'] })}
          />
          <NumberInput
            label={t.holdback}
            description={t.holdbackHint}
            min={0}
            max={50}
            decimalScale={3}
            suffix={'\u00a0%'}
            value={plan.holdback ?? ''}
            error={about('holdback')}
            onChange={(next) => set({ holdback: next === '' ? null : Number(next) })}
          />
        </div>
      </Part>
      <Part title={t.freeze} lead={plan.freeze.length === 0 ? t.noFreeze : t.freezeLead}>
        <FreezeField value={plan.freeze} about={about} onChange={(freeze) => set({ freeze })} />
      </Part>
      <Part title={t.tuning} lead={t.tuningLead}>
        <TuningField value={plan} about={about} onChange={set} />
      </Part>
    </>
  );
}
