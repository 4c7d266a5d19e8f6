import { Anchor, Button, Input, Skeleton, Textarea, TextInput } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Problem } from '../api/problem.ts';
import { deleteSegment, patchSegment, type SegmentFields, type SegmentInUse, segment as segmentQuery } from '../api/segments.ts';
import { Confirm } from '../app/confirm.tsx';
import { Failure, RowsLoading } from '../app/feedback.tsx';
import { useForm } from '../app/form.ts';
import { useMay } from '../app/permissions.ts';
import { SaveStrip } from '../app/save-strip.tsx';
import { Part, ScreenHead } from '../app/screen.tsx';
import { sayDone } from '../app/toast.ts';
import { ObjectHistory } from '../audit/object-history.tsx';
import { ConditionEditor } from '../flags/condition-editor.tsx';
import { frame } from '../text/frame.ts';
import { segments as t } from '../text/segments.ts';
import { useAttributes } from './attributes.ts';
import { groupOf, whoWords } from './condition.ts';
import { ConditionMistakes } from './create.tsx';
import { segmentDifference } from './difference.ts';
import css from './page.module.css';
import { SegmentUnits, SegmentUses } from './uses.tsx';

/** One segment: who is in it, where that matters, and how many they are. */
export function SegmentPage() {
  const { project, segment: key } = useParams({ from: '/inside/projects/$project/segments/$segment' });
  const { data, error, refetch } = useQuery(segmentQuery(project, key));
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) {
    return (
      <>
        <Skeleton height={30} width={280} mb="lg" />
        <RowsLoading rows={4} height={60} />
      </>
    );
  }
  return <Loaded key={`${project}/${key}`} row={data} />;
}

function Loaded({ row }: { row: SegmentInUse }) {
  const { segment, version, usedBy } = row;
  const { project, key, number } = segment;
  const may = useMay()('segment:write');
  const [deleting, setDeleting] = useState(false);
  const attributes = useAttributes(project);
  const navigate = useNavigate();
  const client = useQueryClient();
  const server: SegmentFields = { name: segment.name, description: segment.description, when: segment.when };
  const form = useForm<SegmentFields>(`${project}/segment/${key}`, { value: server, version });
  const save = useMutation({
    mutationFn: () => patchSegment(project, key, form.value, form.version),
    onSuccess: (fresh) => {
      client.setQueryData(segmentQuery(project, key).queryKey, fresh);
      form.discard();
      sayDone(t.saved(fresh.segment.name));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['segments', project] }),
    meta: { quiet: true },
  });
  return (
    <>
      <nav className={css.crumb}>
        <Anchor component={Link} to={`/projects/${encodeURIComponent(project)}/segments`} fz="sm">
          {t.title}
        </Anchor>
        <span aria-hidden="true">/</span>
        <span className="key">{key}</span>
        <span>{t.number(number)}</span>
      </nav>
      <ScreenHead title={segment.name || key}>
        {may && (
          <Button variant="default" leftSection={<IconTrash size={15} />} onClick={() => setDeleting(true)}>
            {t.delete.action}
          </Button>
        )}
      </ScreenHead>
      <div className={css.columns}>
        <div>
          <Part title={t.who} lead={whoWords(form.value.when)}>
            {may && (
              <div className={css.body}>
                <ConditionEditor
                  value={groupOf(form.value.when)}
                  attributes={attributes}
                  onChange={(when) => form.set({ when })}
                />
                <ConditionMistakes error={save.error} />
              </div>
            )}
          </Part>
          <SegmentUses project={project} usedBy={usedBy} />
        </div>
        <div>
          <Details form={form} may={may} error={save.error} />
          <SegmentUnits project={project} segment={key} />
          <ObjectHistory project={project} object={`segment/${key}`} />
        </div>
      </div>
      <SaveStrip
        title={t.save}
        confirm={t.save}
        form={form}
        lines={segmentDifference(form.base, form.value)}
        movedLines={form.moved ? segmentDifference(form.base, form.moved) : []}
        pending={save.isPending}
        error={save.error}
        fields={['name', 'description', 'when']}
        save={() =>
          save.mutateAsync().then(
            () => true,
            () => false,
          )
        }
      >
        <Reach usedBy={usedBy} />
      </SaveStrip>
      {deleting && (
        <Confirm
          danger
          title={t.delete.title(segment.name)}
          confirm={t.delete.action}
          disabled={usedBy.length > 0}
          done={t.delete.done(segment.name)}
          run={() => deleteSegment(project, key, version)}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['segments', project], refetchType: 'none' });
            void navigate({ to: '/projects/$project/segments', params: { project } });
          }}
          onClose={() => setDeleting(false)}
        >
          {usedBy.length > 0 ? t.delete.used : t.delete.text}
          {usedBy.length > 0 && <Places usedBy={usedBy} />}
        </Confirm>
      )}
    </>
  );
}

function Details({ form, may, error }: { form: ReturnType<typeof useForm<SegmentFields>>; may: boolean; error: unknown }) {
  const [editing, setEditing] = useState(false);
  const { name, description } = form.value;
  const problem = error instanceof Problem ? error : undefined;
  const open = editing || name !== form.base.name || description !== form.base.description;
  const edit = may && !open && (
    <Button size="compact-sm" variant="subtle" leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
      {t.edit}
    </Button>
  );
  return (
    <Part title={t.details} lead={open ? undefined : description || undefined} actions={edit}>
      {open && (
        <div className={css.body}>
          <TextInput
            label={frame.name}
            mb="sm"
            value={name}
            error={problem?.about('name')}
            onChange={(event) => form.set({ name: event.currentTarget.value })}
          />
          <Textarea
            label={frame.description}
            autosize
            minRows={2}
            value={description}
            error={problem?.about('description')}
            onChange={(event) => form.set({ description: event.currentTarget.value })}
          />
        </div>
      )}
    </Part>
  );
}

function Reach({ usedBy }: Pick<SegmentInUse, 'usedBy'>) {
  if (usedBy.length === 0) return <p className={css.reach}>{t.reachesNobody}</p>;
  return (
    <Input.Wrapper label={t.reaches} labelElement="div">
      <Places usedBy={usedBy} />
    </Input.Wrapper>
  );
}

function Places({ usedBy }: Pick<SegmentInUse, 'usedBy'>) {
  return (
    <ul className={css.places}>
      {usedBy.map(({ flag, environment }) => (
        <li key={`${environment} ${flag}`}>
          <span className="key">{flag}</span> · {environment}
        </li>
      ))}
    </ul>
  );
}
