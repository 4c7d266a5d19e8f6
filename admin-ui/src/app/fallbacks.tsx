import { Anchor, Box } from '@mantine/core';
import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { text } from '../text/catalogue.ts';
import { Empty, Failure, RowsLoading } from './feedback.tsx';

/** A screen that broke or could not be loaded. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const boundary = useQueryErrorResetBoundary();
  const again = () => {
    boundary.reset();
    reset();
    void router.invalidate();
  };
  return (
    <Box p="lg">
      <Failure error={error} retry={again} />
    </Box>
  );
}

export function Missing() {
  return (
    <Empty
      title={text.app.notFound}
      action={
        <Anchor component={Link} to="/">
          {text.app.toFlags}
        </Anchor>
      }
    >
      {null}
    </Empty>
  );
}

export function PageLoading() {
  return <RowsLoading />;
}
