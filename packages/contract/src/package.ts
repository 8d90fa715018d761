import type { Digest } from './digest.ts';

/** Where in the scanned thing a package was seen. */
export interface Location {
  /** Path inside the image or folder, `/`-separated, no leading slash. For nested archives: `outer.jar!/inner.jar`. */
  readonly path: string;
  /** The layer's digest as the manifest names it; absent for folders and SBOMs. */
  readonly layer?: Digest;
}

/** The kinds of thing an inventory lists. Only those with a purl can be matched. Names follow CycloneDX `component.type`. */
export type PackageKind =
  | 'library'
  | 'application'
  | 'framework'
  | 'operating-system'
  | 'container'
  | 'device'
  | 'file'
  | 'firmware'
  | 'other';

/** One installed or declared package, as found. */
export interface Package {
  /** Unique within its inventory; edges of `dependsOn` name it. */
  readonly ref: string;
  readonly kind: PackageKind;
  /** The ecosystem's own name, namespace included as people write it: `@babel/core`, `org.slf4j:slf4j-api`, `github.com/x/y`. */
  readonly name: string;
  /** As the ecosystem writes it, epoch and revision included; `''` when nobody says. */
  readonly version: string;
  /** Package URL, canonical where we made it, verbatim where a producer gave it. */
  readonly purl?: string;
  /** Source package of a distribution's binary package; advisories name sources. Version defaults to the binary's. */
  readonly source?: { readonly name: string; readonly version: string };
  readonly arch?: string;
  /** SPDX expressions or free names, as declared. */
  readonly licenses: readonly string[];
  readonly cpes: readonly string[];
  /** Lower-case algorithm (`sha256`) to hex. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly supplier?: string;
  readonly description?: string;
  /** The project's page: an address of the web. */
  readonly homepage?: string;
  readonly locations: readonly Location[];
  /** Id of the cataloguer, or the producing tool for a read SBOM. */
  readonly foundBy?: string;
  /** Refs of packages this one needs, where known. */
  readonly dependsOn: readonly string[];
  /** Carried through untouched: producer's name/value pairs. */
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

/** What release of what distribution an image is. Source: os-release(5). */
export interface Distro {
  /** `ID`: debian, alpine, ubuntu, rhel, … lower case. */
  readonly id: string;
  /** `VERSION_ID`, such as `12`, `3.20.3`; `''` for rolling releases. */
  readonly version: string;
  readonly codename?: string;
  readonly prettyName?: string;
  /** `ID_LIKE`, in order. */
  readonly like: readonly string[];
}

/** An entry that could not be understood. Never dropped: `understood + rejected = what was there`. */
export interface Rejected {
  /** JSON pointer, line number, XPath or file path of the entry. */
  readonly at: string;
  readonly why: string;
}

/** What a scanned thing is. */
export interface Subject {
  readonly kind: 'image' | 'directory' | 'file' | 'sbom' | 'application';
  /** As the user or the document named it. */
  readonly name: string;
  readonly version?: string;
  /** Manifest digest of an image. */
  readonly digest?: Digest;
  /** Config digest, that is the image id. */
  readonly imageId?: Digest;
  /** `os/arch[/variant]`. */
  readonly platform?: string;
  readonly purl?: string;
  /** Digests of the layers in the manifest's order. */
  readonly layers?: readonly Digest[];
}

/** Everything found in one subject: the normalised SBOM, whatever wrote it. */
export interface Inventory {
  readonly subject: Subject;
  readonly distro?: Distro;
  readonly packages: readonly Package[];
  /** Entries and files that could not be understood. */
  readonly rejected: readonly Rejected[];
  /** When the inventory was made, RFC 3339; as the document says for a read one. */
  readonly createdAt?: string;
  readonly tools: readonly { readonly name: string; readonly version?: string; readonly vendor?: string }[];
}
