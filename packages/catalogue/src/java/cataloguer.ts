import type { SelectedFile } from '@assay/image';
import { type Catalogued, type Cataloguer, wholeFile } from '../cataloguer.ts';
import { decodeText } from '../formats/decode-text.ts';
import { parseXml } from '../formats/xml-element.ts';
import type { Listing } from '../listing/listing.ts';
import { toPackages } from '../listing/to-packages.ts';
import { isJavaArchive, javaEndings } from './archive-name.ts';
import { parseGradleLockfile } from './gradle-lockfile.ts';
import { parseJar } from './jar.ts';
import { LargeJarReader } from './large-jar.ts';
import { type Pom, readPom } from './pom.ts';
import { listPom, PomSet } from './resolve-pom.ts';

/** Archives up to this size are held; of larger ones only the parts that matter. */
const maxHeld = 48 * 2 ** 20;
const maxText = 4 * 2 ** 20;

type JavaFound = Listing | { readonly pom: Pom };

/** Maven artifacts: Java archives and all archives in them; in a folder poms and Gradle's lock files too. */
export const java: Cataloguer<JavaFound> = {
  id: 'java',
  version: 1,
  files: { baseNames: ['pom.xml'], extensions: [...javaEndings, 'lockfile'] },
  select(file, kind) {
    if (isJavaArchive(file.path)) {
      if (file.size > maxHeld) return new LargeJarReader(file);
      return wholeFile(file, 2 * maxHeld, (bytes) => parseJar(bytes, file.path));
    }
    if (kind !== 'directory') return undefined;
    if (
      /(?:^|\/)(?:gradle|buildscript-gradle)\.lockfile$/.test(file.path) ||
      /(?:^|\/)dependency-locks\//.test(file.path)
    )
      return wholeFile(file, maxText, parseGradleLockfile);
    if (!/(?:^|\/)pom\.xml$/.test(file.path)) return undefined;
    return wholeFile(file, maxText, (bytes) => ({ pom: readPom(parseXml(decodeText(bytes))) }));
  },
  packages: cataloguePackages,
};

function cataloguePackages(found: readonly SelectedFile<JavaFound>[]): Catalogued {
  const poms = new PomSet(found.flatMap(({ path, value }) => ('pom' in value ? [{ path, pom: value.pom }] : [])));
  const files = found.map((file) => ({
    ...file,
    value: 'pom' in file.value ? listPom({ path: file.path, pom: file.value.pom }, poms) : file.value,
  }));
  return toPackages('java', files);
}
