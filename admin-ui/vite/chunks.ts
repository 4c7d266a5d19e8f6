import type { BuildOptions } from 'vite';

type Output = NonNullable<NonNullable<BuildOptions['rolldownOptions']>['output']>;
type Groups = NonNullable<Exclude<Extract<Output, { codeSplitting?: unknown }>['codeSplitting'], boolean | undefined>['groups']>;

/** What the screens that open first need beside the frame; without it they would pull in whole groups below. */
const COMMON = [
  /@tabler\/icons-react/,
  /@mantine\/core\/.*\/(Checkbox|InlineInput|InputsGroupFieldset|TextInput)\//,
  /@mantine\/hooks\/.*\/(use-id|use-uncontrolled|use-media-query|use-hotkeys)\//,
  /src\/api\/(changes|discovered)\./,
  /src\/app\/(favourites|now|stored)\./,
  /src\/flags\/(kind-chip|lifecycle|lifecycle-chip|targeting|words)\./,
  /src\/rollouts\/(stage-bar|state-mark)\./,
  /src\/text\/format\./,
];

/** What is positioned by what it belongs to. */
const FLOATING = /@floating-ui|@mantine\/core\/.*\/(FocusTrap|Menu|Overlay|Popover|Tooltip)\//;

/** A library's; its style sheets go with ours, in one file. */
const SCRIPT = /node_modules.*\.m?js$/;

/** What lies over everything else. */
const OVER = /@mantine\/notifications|@mantine\/core\/.*\/(Notification|Portal)\/|react-remove-scroll/;

/** Texts and calls of a feature lie apart from it in the sources, and go with it. */
const FEATURE = /admin-ui\/src\/(?:(?:text|api)\/([a-z]+)|(?!app\/)([a-z]+)\/)/;

/**
 * Which modules travel together. What the first page needs is two files, what the first screens share is one; each screen is one,
 * and so is what parts of one feature share. Left alone, every set of screens that shares anything makes a file of its own: 50
 * requests for a list, each of which costs more than its bytes.
 */
export const groups: Groups = [
  { name: 'vendor', tags: ['$initial'], test: SCRIPT, priority: 10 },
  { name: 'frame', tags: ['$initial'], priority: 9 },
  { name: 're2js', test: /node_modules\/re2js/, priority: 8 },
  { name: 'common', test: (id) => COMMON.some((part) => part.test(id)), minShareCount: 2, priority: 7 },
  { name: 'over', test: OVER, priority: 6 },
  { name: 'floating', test: FLOATING, minShareCount: 2, priority: 5 },
  { name: 'widgets', test: /node_modules/, minShareCount: 2, priority: 4 },
  { name: 'engine', test: /\/engine\/src\//, minShareCount: 2, priority: 3 },
  { debugName: 'feature', name: (id) => (id.match(FEATURE) ?? []).slice(1).find(Boolean) ?? null, minShareCount: 2, priority: 2 },
  { name: 'screens', test: /admin-ui\/src\//, minShareCount: 2, priority: 1 },
];
