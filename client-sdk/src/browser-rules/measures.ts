export { MEASURE_OPERATORS } from '@burgee/engine/measures';
