import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: deep water. */
const tide: MantineColorsTuple = [
  '#e8f4f7',
  '#d0e7ee',
  '#a2d0de',
  '#74b9cd',
  '#4a9fb8',
  '#2b8aa5',
  '#14728d',
  '#0b5d77',
  '#084b61',
  '#063949',
];
const gray: MantineColorsTuple = [
  '#f6f9fa',
  '#eef3f5',
  '#e1e9ec',
  '#cfdadf',
  '#b2c1c8',
  '#8b9da6',
  '#64777f',
  '#4c5e67',
  '#2e3f48',
  '#14232b',
];
const dark: MantineColorsTuple = [
  '#e3ecef',
  '#c3d0d6',
  '#9bacb5',
  '#708590',
  '#3a4d57',
  '#293a43',
  '#1a272e',
  '#121d23',
  '#0d161b',
  '#080f13',
];
const red: MantineColorsTuple = [
  '#fdeeec',
  '#fadbd7',
  '#f4b8b1',
  '#ee9187',
  '#e66c60',
  '#d94a3d',
  '#c2352a',
  '#ab2820',
  '#8c1f19',
  '#6d1813',
];

export const theme = createTheme({
  colors: { tide, gray, dark, red },
  primaryColor: 'tide',
  primaryShade: { light: 7, dark: 6 },
  black: '#14232b',
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', 'JetBrains Mono', Menlo, Consolas, monospace",
  headings: {
    fontWeight: '640',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '24px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.38 },
        transitionProps: { duration: 120 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Drawer: {
      defaultProps: {
        overlayProps: { backgroundOpacity: 0.18 },
        transitionProps: { duration: 140 },
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, fz: 'xs' } },
    Button: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { withThumbIndicator: false } },
    // Hidden options of every closed select would be a few hundred elements on a flag's page.
    Combobox: { defaultProps: { keepMounted: false } },
    InputWrapper: { styles: { label: { marginBottom: 4 }, description: { marginBottom: 4 } } },
    // a focusable part without a role is no part of a menu
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Select: { defaultProps: { checkIconPosition: 'right' } },
  },
});

/** Mantine's names where its own grays would fall short of 4.5:1; what it lacks is in colours.css, there at the first paint. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#14232b',
    '--mantine-color-dimmed': '#536771',
    '--mantine-color-placeholder': '#62757e',
    '--mantine-color-anchor': '#0b5d77',
    '--mantine-color-error': '#ab2820',
    '--mantine-color-default-border': '#c6d3d9',
  },
  dark: {
    '--mantine-color-body': '#152127',
    '--mantine-color-text': '#e3ecef',
    '--mantine-color-dimmed': '#9bacb5',
    '--mantine-color-placeholder': '#8598a1',
    '--mantine-color-anchor': '#74b9cd',
    '--mantine-color-error': '#f59b92',
    '--mantine-color-default-border': '#334650',
  },
});
