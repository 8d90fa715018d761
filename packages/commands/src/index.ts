export { createProgram, type Ending, runProgram } from './program.ts';
export { tellError } from './screen/tell-error.ts';
export type { Screen, World } from './world.ts';
