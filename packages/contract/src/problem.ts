/** Whose turn it is after a failure: `never` means the same call fails again, `later` that it may go through. */
export type Retry = 'never' | 'later';

interface ProblemEntry {
  /** What went wrong, in general. */
  readonly cause: string;
  /** What the person can do next. */
  readonly hint: string;
  readonly retry: Retry;
  /** Process exit code of the command line: 1 error, 2 usage. */
  readonly exit: 1 | 2;
}

const error = (cause: string, hint: string, retry: Retry = 'never'): ProblemEntry => ({ cause, hint, retry, exit: 1 });
const usage = (cause: string, hint: string): ProblemEntry => ({ cause, hint, retry: 'never', exit: 2 });

/** Every failure we can name. `docs/reference/errors.md` is rendered from this table, in this order. */
export const problems = {
  // The command line
  USAGE: usage('The command was called with words or options it does not have.', 'See the command with --help.'),
  TARGET_UNKNOWN: usage(
    'The target is neither a file, a folder nor an image reference.',
    'Say what it is: oci:DIR, docker-archive:FILE, oci-archive:FILE, dir:PATH, sbom:FILE, or registry:REFERENCE.',
  ),
  OPTION_INVALID: usage(
    'An option has a value that is not allowed.',
    'See the command with --help for the allowed values.',
  ),
  FILE_NOT_FOUND: usage(
    'A file or folder named on the command line does not exist.',
    'Check the spelling; relative paths start at the current folder.',
  ),
  FILE_UNREADABLE: error('A file could not be read.', 'Check its permissions, and that it is a regular file.'),
  OUTPUT_UNWRITABLE: error(
    'The answer could not be written.',
    'Check free space and permissions of the folder named by -o, or write to standard output.',
  ),
  CACHE_UNWRITABLE: error(
    'The cache or data folder could not be written.',
    'Point ASSAY_HOME to a folder that can be written, or use --no-cache.',
  ),
  INTERRUPTED: error(
    'The command was stopped before it was done.',
    'Nothing half written was left; call it again.',
    'later',
  ),
  LIMIT_EXCEEDED: error(
    'The input is larger, deeper or more numerous than the limit that protects this machine.',
    'If the input is yours and sound, report the limit named in the message.',
  ),
  INTERNAL: error(
    'A defect in this product.',
    'Report it with the command, the version (assay version --json) and this message.',
  ),
  // References and registries
  DIGEST_INVALID: usage('The text is not a digest.', 'Give it as sha256:<64 hex digits>.'),
  REFERENCE_INVALID: usage(
    'The text is not an image reference.',
    'Give it as [registry/]repository[:tag][@sha256:…]; repositories are lower case.',
  ),
  REGISTRY_UNREACHABLE: error(
    'The registry did not answer.',
    'Check the name, the network and proxy settings; for plain http name the host in ASSAY_INSECURE_REGISTRIES.',
    'later',
  ),
  REGISTRY_TLS: error(
    'The TLS connection to the registry could not be trusted.',
    'Add its authority with --ca-file FILE (or SSL_CERT_FILE), or name the host in ASSAY_INSECURE_REGISTRIES.',
  ),
  REGISTRY_DENIED: error(
    'The registry wants credentials, or refuses those given.',
    'Sign in with docker login (or another tool that writes the docker config), and check that the account may read this repository.',
  ),
  REGISTRY_NOT_FOUND: error(
    'The registry has no such repository, tag or digest.',
    'Check the spelling; a private repository may also answer so without credentials.',
  ),
  REGISTRY_BUSY: error(
    'The registry asks to slow down, or fails for the moment.',
    'Try again later; more attempts with --retries N.',
    'later',
  ),
  REGISTRY_PROTOCOL: error(
    'The answer is not what a registry says.',
    'Check that the name is a registry (its /v2/ answers), not a web page or proxy.',
  ),
  CONTENT_MISMATCH: error(
    'The bytes are not the ones their digest promises.',
    'Do not run this image. Fetch or copy it again; if it stays so, the source is damaged or hostile.',
  ),
  CONTENT_TRUNCATED: error('The content ends before the size it promises.', 'Fetch or copy it again.', 'later'),
  // Images
  IMAGE_NOT_CHOSEN: usage(
    'The layout or archive holds several images, or not the one named.',
    'Name one of those in the message, as PATH@sha256:… or PATH:NAME.',
  ),
  LAYOUT_INVALID: error(
    'The folder or archive is not an OCI layout or a docker archive.',
    'Make one with: skopeo copy …, crane pull --format=oci, docker save, or podman save.',
  ),
  MANIFEST_INVALID: error('The manifest or configuration of the image is not valid.', 'Build or push the image again.'),
  MANIFEST_UNSUPPORTED: error(
    'The manifest is of a type that holds no container image.',
    'Name an image; attached artifacts (signatures, SBOMs) are not scanned as images.',
  ),
  PLATFORM_NOT_FOUND: error(
    'The image index has no image for the wanted platform.',
    'Choose one of the platforms named in the message with --platform OS/ARCH[/VARIANT].',
  ),
  LAYER_INVALID: error('A layer is damaged or of a kind that cannot be read.', 'Build or pull the image again.'),
  LAYER_UNSUPPORTED: error(
    'A layer uses an encoding that is not supported.',
    'Use gzip, zstd or no compression; encrypted layers cannot be scanned.',
  ),
  // SBOMs and reports
  SBOM_UNKNOWN: error(
    'The document is neither CycloneDX nor SPDX.',
    'Give CycloneDX 1.0–1.7 (JSON, XML) or SPDX 2.2, 2.3 (JSON, tag-value), 3.0.1 (JSON-LD).',
  ),
  SBOM_INVALID: error(
    'The document is not well formed, or breaks its specification.',
    'Validate it with: assay sbom validate FILE. Make it again with its producer.',
  ),
  SBOM_VERSION: error(
    'The document is of a version of its format that is not supported.',
    'Convert it with its producer to CycloneDX 1.6 or SPDX 2.3.',
  ),
  // Vulnerability data
  DB_MISSING: error(
    'There is no vulnerability data.',
    'Get it with: assay db update, or name a file with --db FILE.',
    'later',
  ),
  DB_INVALID: error(
    'The vulnerability data file is damaged or not one of ours.',
    'Get it again with: assay db update, or build it with: assay db build.',
  ),
  DB_NEWER: error(
    'The vulnerability data was written by a newer version of this product.',
    'Upgrade this product, or build the data again with: assay db build.',
  ),
  ADVISORY_INVALID: error(
    'The advisory source is damaged.',
    'Fetch the source again; the message names the file and the place.',
  ),
  DB_SOURCE: error(
    'The source of vulnerability data did not give it.',
    'Check --from URL and the network; a partial download is resumed by the next call.',
    'later',
  ),
  // Decisions of the user
  IGNORE_INVALID: usage(
    'The ignore file is not valid.',
    'Each entry needs an id and a reason; see docs/guide/ignore.md.',
  ),
  VEX_INVALID: error('The VEX document is not valid.', 'Give OpenVEX 0.2 JSON or CycloneDX VEX.'),
  TEMPLATE_INVALID: usage(
    'The template is not valid.',
    'See docs/guide/output.md for the placeholders; the message names the place.',
  ),
  // Other scanners
  SCANNER_NOT_FOUND: error('The scanner is not on PATH.', 'Install it, or use --scanner assay.'),
  SCANNER_FAILED: error(
    'The scanner ended with an error.',
    'Its last words are in the message; run it by hand with the same arguments.',
  ),
  REPORT_UNREADABLE: error(
    'The scanner wrote a report that cannot be read.',
    'Use a release of the scanner that writes CycloneDX or SPDX.',
  ),
  // Building the product's images
  IMAGE_TOOL_MISSING: error(
    'A program that building images needs is not on this machine.',
    'Build on Debian or Ubuntu, where apt-get and dpkg-deb are at hand, or use the files in deploy/docker.',
  ),
  IMAGE_INPUT_INVALID: error(
    'A part of an image is missing or not what it should be.',
    'The message names the part; npm ci brings Node and the sources, --refresh fetches the Debian packages anew.',
  ),
  IMAGE_PACKAGES_UNAVAILABLE: error(
    'The Debian packages of an image could not be fetched.',
    'Check the network and the package sources of this machine; packages fetched before are kept.',
    'later',
  ),
  // Clusters
  KUBE_CONFIG_INVALID: usage(
    'The configuration of the cluster connection is missing or not valid.',
    'Check KUBECONFIG and the context with: kubectl config view; inside a pod, that its service account token is mounted.',
  ),
  KUBE_UNREACHABLE: error(
    'The API server of the cluster did not answer.',
    'Check the address, the network and proxy settings with: kubectl version.',
    'later',
  ),
  KUBE_TLS: error(
    'The TLS connection to the API server could not be trusted.',
    'Check the certificate authority of the cluster in the kubeconfig file.',
  ),
  KUBE_DENIED: error(
    'The API server refuses the credentials, or what they may do.',
    'Check with: kubectl auth can-i VERB RESOURCE; the message names both.',
  ),
  KUBE_NOT_FOUND: error('The cluster has no such object.', 'Check its name and namespace; it may have been deleted.'),
  KUBE_KIND_MISSING: error(
    'The cluster does not serve this kind of object.',
    'Install its CustomResourceDefinition, or the version of the product that brings it; no restart is needed.',
    'later',
  ),
  KUBE_CONFLICT: error(
    'Someone else wrote the object first, or its name is taken.',
    'Read it again and repeat the change; for fields owned by another manager, use force.',
    'later',
  ),
  KUBE_INVALID: error('The API server refuses the object.', 'The message names the field; correct it and apply again.'),
  KUBE_EXPIRED: error(
    'The API server no longer keeps the state that was asked for.',
    'Nothing to do: everything is listed anew.',
    'later',
  ),
  KUBE_BUSY: error(
    'The API server asks to slow down, or fails for the moment.',
    'Nothing to do: the call is repeated later.',
    'later',
  ),
  KUBE_PROTOCOL: error(
    'The answer is not what an API server says.',
    'Check that the address is an API server, not a web page or proxy.',
  ),
  VALUES_INVALID: usage(
    'The configuration values of the controller or observer are not valid.',
    'Correct the entry the message names; deploy/base/*/values.yaml shows every entry and its default.',
  ),
  INSTALL_NOT_READY: error(
    'What was installed did not become ready in time.',
    'Everything was applied; look with kubectl -n app-scanning-system get pods,events, then call it again.',
    'later',
  ),
  // Events
  EVENT_UNDELIVERED: error(
    'The event handler did not take an event.',
    'Nothing to do: it is sent again. Check the endpoint, its certificate and the token when it stays so.',
    'later',
  ),
  EVENT_UNPROCESSED: error(
    'Nobody can make anything of the event.',
    'Nothing to do for events of things that the store does not keep; the message says what is missing.',
  ),
  EVENT_INVALID: error(
    'The message is no CloudEvent.',
    'Send CloudEvents 1.0: structured, batch or binary; the message names what is missing.',
  ),
  // Steps of a scan pod
  RESULTS_EMPTY: error(
    'The scanner wrote nothing into the results folder.',
    'Let the last step write its report below $(params.scan-results-path); look with a step that sleeps.',
  ),
  RESULTS_REFUSED: error(
    'The results folder holds something that is not published.',
    'Leave only regular files there; links must stay inside the folder.',
  ),
  RESULTS_TOO_LARGE: error(
    'The results are larger or more numerous than the limit of the publisher.',
    'Write reports only, no caches or databases; the limit is in the message.',
  ),
  RESULT_TRUNCATED: error(
    'The report ends in its middle.',
    'The scanner was stopped while it wrote, or the volume is full; see its log and spec.workspace.size.',
  ),
  RESULT_INVALID: error(
    'No file of the results is a valid CycloneDX or SPDX document.',
    'Let the scanner write CycloneDX or SPDX; the message says what is wrong with each candidate.',
  ),
  LOCATION_INVALID: error(
    'The location for the results is not a repository with at most a tag.',
    'Give spec.scanResults.location as registry/repository[:tag], without a digest.',
  ),
  CREDENTIALS_UNUSABLE: error(
    "None of the publisher's secrets holds credentials for registries.",
    'Give the publisher a secret of type kubernetes.io/dockerconfigjson; see docs/reference/engines.md.',
  ),
  // The store
  STORE_UNREACHABLE: error(
    'The database of the store cannot be used.',
    'Check that it runs and that the address, the user and the password are right; the message says what it answered.',
    'later',
  ),
  STORE_LOCKED: error(
    'Another process uses the data folder of the store.',
    'Stop that process, or name another folder; the embedded database serves one process only.',
    'later',
  ),
  STORE_TOO_NEW: error(
    'A newer version of this product has changed the database.',
    'Use that version or a newer one; a schema is never turned back.',
  ),
  STORE_SLOW: error(
    'The database took longer to answer than it may.',
    'Ask for less: a smaller page or a narrower filter.',
    'later',
  ),
  STORE_BUSY: error(
    'Too many documents wait to be stored.',
    'Send it again after the seconds that Retry-After says.',
    'later',
  ),
  STORE_ANSWER: error(
    'The answer is not what a store says.',
    'Check that the address is the store itself, not a web page or proxy.',
  ),
  REQUEST_INVALID: error('The request has a value that is not allowed.', 'Correct the value that the message names.'),
  REPORT_UID_INVALID: error(
    'The text cannot name a report.',
    'Use letters, digits and - . _ ~ only, 512 characters at most.',
  ),
  REPORT_EXISTS: error(
    'A report of this name is stored already.',
    'Nothing to do when it is the same report; else give it another name.',
  ),
  SBOM_MISMATCH: error(
    'The document is not of the format that the request says.',
    'Send Report-Type-Format and Content-Type as the document is.',
  ),
  ENTITY_INVALID: error(
    'It is not known which image or source a document is about.',
    'Name it with Entity-Name and Entity-Version, or have the scanner write the subject and its version.',
  ),
  NOT_STORED: error('The store has nothing of this name.', 'Check the name; a report may not have been stored yet.'),
  POLICY_INVALID: error(
    'A policy or its data cannot be read or compiled.',
    'Correct it at the place that is named; assay policy check names all places.',
  ),
  POLICY_FAILED: error(
    'A policy could not be evaluated.',
    'Correct the policy at the place that is named, or give it more time with --timeout.',
  ),
  CERTIFICATES_INVALID: error(
    'The certificates to trust are not PEM certificates.',
    'Check caCertData: each certificate from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, nothing else.',
  ),
  KEYCHAIN_FAILED: error(
    "A cloud provider's keychain gave no credentials.",
    'Check the workload identity of the service account; the message says which answer came.',
    'later',
  ),
} as const satisfies Record<string, ProblemEntry>;

/** A code of the catalogue. */
export type ProblemCode = keyof typeof problems;

/**
 * A failure we understand. `message` says what happened in one sentence, `hint` what to do next, `cause` is for the next engineer.
 * Anything thrown that is not an AssayError is a defect and is reported as INTERNAL.
 */
export class AssayError extends Error {
  override readonly name = 'AssayError';
  readonly code: ProblemCode;
  /** The sentence without the code in front. */
  readonly detail: string;
  readonly #hint: string | undefined;

  constructor(code: ProblemCode, detail: string, options?: { readonly cause?: unknown; readonly hint?: string }) {
    super(`${code}: ${detail}`, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.#hint = options?.hint;
  }

  /** What the person can do next; the catalogue's, unless the thrower knew better. */
  get hint(): string {
    return this.#hint ?? problems[this.code].hint;
  }

  get retry(): Retry {
    return problems[this.code].retry;
  }

  get exit(): 1 | 2 {
    return problems[this.code].exit;
  }
}
