export { createInsight, errorWords, runInsight } from './program.ts';
export { InsightError, type InsightStream, type InsightWorld } from './world.ts';
