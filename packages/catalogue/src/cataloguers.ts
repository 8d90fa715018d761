import { apk } from './apk/cataloguer.ts';
import { cargoLock } from './cargo-lock/cataloguer.ts';
import type { Cataloguer } from './cataloguer.ts';
import { cocoapods } from './cocoapods/cataloguer.ts';
import { conan } from './conan/cataloguer.ts';
import { conda } from './conda/cataloguer.ts';
import { dart } from './dart/cataloguer.ts';
import { dotnet } from './dotnet/cataloguer.ts';
import { dpkg } from './dpkg/cataloguer.ts';
import { goBinary } from './go-binary/cataloguer.ts';
import { goMod } from './go-mod/cataloguer.ts';
import { haskell } from './haskell/cataloguer.ts';
import { hex } from './hex/cataloguer.ts';
import { java } from './java/cataloguer.ts';
import { npm } from './npm/cataloguer.ts';
import { osRelease } from './os-release/cataloguer.ts';
import { php } from './php/cataloguer.ts';
import { python } from './python/cataloguer.ts';
import { r } from './r/cataloguer.ts';
import { rpm } from './rpm/cataloguer.ts';
import { ruby } from './ruby/cataloguer.ts';
import { rustBinary } from './rust-binary/cataloguer.ts';
import { swift } from './swift/cataloguer.ts';

/**
 * Every cataloguer we ship. Adding one is one import and one entry; the contract test walks the folders.
 * Methods are compared loosely by TypeScript, so a `Cataloguer<Found>` of any `Found` fits; each is only ever given back what it read itself.
 */
// biome-ignore format: one entry a line, so that additions do not collide
export const cataloguers: readonly Cataloguer[] = [
  osRelease,
  npm,
  python,
  java,
  ruby,
  php,
  dotnet,
  dpkg,
  apk,
  rpm,
  goBinary,
  goMod,
  rustBinary,
  cargoLock,
  cocoapods,
  conan,
  conda,
  dart,
  haskell,
  hex,
  r,
  swift,
];
