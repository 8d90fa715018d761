import { readFile } from 'node:fs/promises';
import { Node } from '../client/model.ts';
import { asItCame, type Call, type CommandDefinition, type Given, orList, plainFormats } from '../flags.ts';
import { InsightError } from '../world.ts';
import { looksLike } from './sbom-request.ts';

const inputFormats = ['cyclonedx-xml', 'cyclonedx-json', 'spdx-json'] as const;
type InputFormat = (typeof inputFormats)[number];

const headersOf: Readonly<Record<InputFormat, Readonly<Record<string, string>>>> = {
  'cyclonedx-xml': { 'report-type-format': 'cyclonedx', 'content-type': 'application/xml' },
  'cyclonedx-json': { 'report-type-format': 'cyclonedx', 'content-type': 'application/json' },
  'spdx-json': { 'report-type-format': 'spdx', 'content-type': 'application/json' },
};

/** Documents larger than this are no report. Bytes. */
const mostBytes = 256 * 1024 * 1024;

/** `image add` and `source add`. Source: spec/insight.md §3.3. */
export function addDefinition(kind: 'image' | 'source'): CommandDefinition {
  return {
    name: 'add',
    aliases: ['create'],
    about: `add ${kind === 'image' ? 'an image' : 'a source'} report`,
    example: `insight ${kind} add --path report.json --input-format cyclonedx-json`,
    formats: plainFormats,
    flags: [
      { name: 'path', short: 'p', about: 'report file' },
      { name: 'cyclonedx', about: 'old name of --path', isHidden: true },
      { name: 'input-format', short: 'i', about: `${orList(inputFormats)} (default: cyclonedx-xml)` },
      { name: 'cyclonedxtype', about: 'old way to say xml or json', isHidden: true },
      { name: 'spdxtype', about: 'old way to say json', isHidden: true },
      { name: 'artifact-group-uid', about: 'artifact group to create or extend' },
      { name: 'artifact-group-label', is: 'list', about: 'key=value; repeatable or comma-separated' },
      { name: 'report-uid', about: 'UID for the report: A-Z a-z 0-9 - . _ ~' },
      { name: 'original-location', about: 'where the original result is stored' },
    ],
    check: (given) => {
      if (pathOf(given) === undefined) throw new InsightError('required flag(s) "path" not set');
      inputFormatOf(given);
      labelsOf(given);
      const uid = given.text('report-uid');
      if (uid !== undefined && !/^[A-Za-z0-9._~-]+$/.test(uid))
        throw new InsightError(`--report-uid takes the characters A-Z a-z 0-9 - . _ ~, not "${uid.slice(0, 60)}"`);
    },
    run: (call) => add(kind, call),
  };
}

async function add(kind: 'image' | 'source', { given, format, client, world }: Call): Promise<string> {
  const input = inputFormatOf(given);
  const body = await readReport(pathOf(given) ?? '', input);
  const uid = given.text('report-uid');
  const location = given.text('original-location');
  const stored = await client.json({
    method: 'POST',
    path: ['api', 'v1', `${kind}s`],
    headers: {
      ...headersOf[input],
      ...(uid === undefined ? {} : { 'report-uid': uid }),
      ...(location === undefined ? {} : { 'original-location': location }),
    },
    body,
  });
  const told = kind === 'image' ? 'Image report created.\n' : 'Source report created.\n';
  const groupUid = given.text('artifact-group-uid');
  if (groupUid === undefined) return format === 'text' ? told : asItCame(stored.text);
  const answer = Node.of(stored.value);
  try {
    if (answer.number('ID') === 0) throw new InsightError('the answer does not say which entity was stored');
    const { text } = await client.send({
      method: 'POST',
      path: ['api', 'v1', 'artifact-groups'],
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        UID: groupUid,
        Labels: labelsOf(given),
        Type: kind,
        EntityID: answer.number('ID'),
        ReportUID: answer.text('ReportUID'),
      }),
    });
    return format === 'text' ? told : asItCame(text);
  } catch (error) {
    if (!(error instanceof InsightError)) throw error;
    // What was stored stays stored, and is told.
    await world.stdout.write(format === 'text' ? told : asItCame(stored.text));
    throw new InsightError(`the report was stored, but the artifact group was not changed: ${error.message}`, {
      cause: error,
    });
  }
}

function pathOf(given: Given): string | undefined {
  return given.text('path') ?? given.text('cyclonedx');
}

/** The new flag wins over the old ones. Source: §1.3. */
function inputFormatOf(given: Given): InputFormat {
  const word = given.text('input-format');
  if (word !== undefined) {
    const found = inputFormats.find((format) => format === word);
    if (found === undefined)
      throw new InsightError(`unknown input format "${word.slice(0, 60)}": use ${orList(inputFormats)}`);
    return found;
  }
  const spdx = given.text('spdxtype');
  if (spdx !== undefined) {
    if (spdx !== 'json') throw new InsightError(`--spdxtype takes json, not "${spdx.slice(0, 60)}"`);
    return 'spdx-json';
  }
  const type = given.text('cyclonedxtype') ?? 'xml';
  if (type !== 'xml' && type !== 'json')
    throw new InsightError(`--cyclonedxtype takes xml or json, not "${type.slice(0, 60)}"`);
  return type === 'xml' ? 'cyclonedx-xml' : 'cyclonedx-json';
}

function labelsOf(given: Given): Readonly<Record<string, string>> {
  const labels = given.list('artifact-group-label');
  if (labels.length > 0 && given.text('artifact-group-uid') === undefined)
    throw new InsightError('--artifact-group-label is only allowed with --artifact-group-uid');
  return Object.fromEntries(
    labels.map((label) => {
      const equals = label.indexOf('=');
      if (equals <= 0) throw new InsightError(`--artifact-group-label takes key=value, not "${label.slice(0, 60)}"`);
      return [label.slice(0, equals), label.slice(equals + 1)];
    }),
  );
}

/** Reads a file and looks whether it can be what it is said to be; the store reads it in full. Throws InsightError. */
async function readReport(path: string, format: InputFormat): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a folder' : String(code ?? cause);
    throw new InsightError(`${path} cannot be read: ${why}`, { cause });
  }
  if (bytes.length > mostBytes) throw new InsightError(`${path} has more than ${mostBytes / 1024 / 1024} MiB`);
  if (!looksLike(new TextDecoder().decode(bytes), format)) throw new InsightError(`${path} is not ${format}`);
  return bytes;
}
