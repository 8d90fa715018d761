import { formatPurl, type Rejected } from '@assay/contract';
import { decodeText, linesOf } from '../formats/decode-text.ts';
import type { Listed, Listing } from '../listing/listing.ts';

/** Sections whose `specs:` are packages. */
const sources = new Set(['GEM', 'GIT', 'PATH', 'PLUGIN SOURCE']);
/** Sections that say something else. */
const others = new Set(['PLATFORMS', 'DEPENDENCIES', 'RUBY VERSION', 'BUNDLED WITH', 'CHECKSUMS']);

interface Spec {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly section: string;
  readonly needs: string[];
}

/** Reads `Gemfile.lock` (`gems.locked`). Source: bundler's `LockfileParser`: sections at the margin, specs at four spaces, what they need at six. */
export function parseGemfileLock(bytes: Uint8Array): Listing {
  const specs: Spec[] = [];
  const rejected: Rejected[] = [];
  const checksums = new Map<string, string>();
  let section = '';
  for (const [index, line] of linesOf(decodeText(bytes)).entries()) {
    if (line.trim() === '') continue;
    const at = `line ${index + 1}`;
    if (!line.startsWith(' ')) {
      section = line.trim();
      if (!sources.has(section) && !others.has(section))
        rejected.push({ at, why: `unknown section ${section.slice(0, 60)}` });
      continue;
    }
    if (section === 'CHECKSUMS') {
      const match = /^ {2}(\S+) \(([^)]+)\) sha256=([0-9a-f]{64})/.exec(line);
      if (match?.[3] !== undefined) checksums.set(`${match[1]} ${match[2]}`, match[3]);
    }
    if (others.has(section)) continue;
    const entry = /^( {4}| {6})(\S+)(?: \(([^)]*)\))?!?$/.exec(line);
    if (entry?.[1] === undefined || entry[2] === undefined) continue;
    if (entry[1].length === 6) specs.at(-1)?.needs.push(entry[2]);
    else if (!sources.has(section)) rejected.push({ at, why: `${entry[2]} stands in a section that is not known` });
    else if (entry[3] === undefined || entry[3] === '') rejected.push({ at, why: `${entry[2]} has no version` });
    else specs.push({ name: entry[2], ...splitPlatform(entry[3]), section, needs: [] });
  }
  return { packages: specs.map((spec) => toListed(spec, checksums)), rejected };
}

/** `1.15.4-x86_64-linux`: a version has no dash of its own. */
function splitPlatform(text: string): { version: string; platform: string } {
  const dash = text.indexOf('-');
  return dash < 0 ? { version: text, platform: '' } : { version: text.slice(0, dash), platform: text.slice(dash + 1) };
}

function toListed(spec: Spec, checksums: ReadonlyMap<string, string>): Listed {
  const written = spec.platform === '' ? spec.version : `${spec.version}-${spec.platform}`;
  const sha256 = checksums.get(`${spec.name} ${written}`);
  return {
    key: spec.name,
    name: spec.name,
    version: spec.version,
    purl: formatPurl({ type: 'gem', name: spec.name, version: spec.version }),
    hashes: sha256 === undefined ? {} : { sha256 },
    dependsOn: spec.needs,
    properties: [
      ...(spec.platform === '' ? [] : [{ name: 'gem:platform', value: spec.platform }]),
      ...(spec.section === 'GEM' ? [] : [{ name: 'gem:source', value: spec.section.toLowerCase() }]),
    ],
  };
}
