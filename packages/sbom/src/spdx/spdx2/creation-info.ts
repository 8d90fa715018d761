import type { Inventory } from '@assay/contract';
import { findMember, type JsonObject, toList } from '../../json/value.ts';
import type { Rejections } from '../rejections.ts';
import { kindOf, quoted } from '../said.ts';

type Tool = Inventory['tools'][number];

const maxToolLength = 300;

/** The tools among the creators. Source: SPDX 2.3 §6.8. */
export function readTools(creationInfo: JsonObject | undefined, rejections: Rejections): readonly Tool[] {
  const tools: Tool[] = [];
  for (const [index, creator] of toList(creationInfo, 'creators').entries()) {
    if (typeof creator !== 'string') {
      rejections.add(`/creationInfo/creators/${index}`, `a creator is expected to be text, not ${kindOf(creator)}`);
    } else {
      const tool = findTool(creator);
      if (tool !== undefined) tools.push(tool);
    }
  }
  return tools;
}

/** `Tool: identifier-version`, where the identifier may have hyphens of its own. `undefined` for people and organisations. */
export function findTool(creator: string): Tool | undefined {
  if (!creator.startsWith('Tool:')) return undefined;
  const text = creator.slice('Tool:'.length).trim();
  // The pattern's cost grows with the square of the length; no tool is called by a page of text.
  const parts = text.length > maxToolLength ? null : /^(.+?)[-\s]v?(\d.*)$/.exec(text);
  if (parts !== null) return { name: parts[1] ?? '', version: parts[2] ?? '' };
  return text === '' ? undefined : { name: text };
}

/** Writes a creator that `findTool` reads. A name of nothing or of several lines is no creator: `unknown` stands for it. */
export function formatTool({ name, version }: Tool): string {
  const text = `${name}${version === undefined || version === '' ? '' : `-${version}`}`;
  return `Tool: ${isSingleLine(text) ? text : 'unknown'}`;
}

/** Whether a text can stand after `Tool:` or `Organization:`: something, on one line, with no white space around it. */
export function isSingleLine(text: string): boolean {
  return text !== '' && text.trim() === text && !/[\x00-\x1f\x7f\u2028\u2029]/.test(text);
}

/** When the document was made, as it says. A date that is none is counted and left out. Source: SPDX 2.3 §6.9. */
export function readDate(creationInfo: JsonObject | undefined, rejections: Rejections): string | undefined {
  const created = creationInfo === undefined ? undefined : findMember(creationInfo, 'created');
  if (created === undefined || created === '') return undefined;
  if (typeof created === 'string' && /^\d{4}-\d\d-\d\d/.test(created) && !Number.isNaN(Date.parse(created))) {
    return created;
  }
  rejections.add('/creationInfo/created', `not a date: ${quoted(String(created))}`);
  return undefined;
}
