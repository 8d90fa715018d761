export { scanners } from './scanners.ts';
