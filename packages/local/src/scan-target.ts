import { matchInventory, openData } from '@assay/advisories';
import {
  AssayError,
  type DataVersion,
  type Finding,
  type Inventory,
  type Notice,
  type Rejected,
  type Report,
  type ScanRequest,
} from '@assay/contract';
import { toReport } from '@assay/pipeline';
import { scanners } from '@assay/scanners';
import { findData } from './find-data.ts';
import { runScanner } from './run-scanner.ts';
import type { Settings, Watch } from './settings.ts';
import { type TakeOptions, takeInventory } from './take-inventory.ts';

export interface ScanOptions extends TakeOptions {
  /** The data file named on the command line. */
  readonly data?: string;
  readonly now: Date;
}

/** The answer of one scan, and the inventory it is about. */
export interface Scanned {
  readonly report: Report;
  readonly inventory: Inventory;
  /** Of a scanned CycloneDX document: VEX statements may name it. */
  readonly serialNumber?: string;
}

interface Matched {
  readonly inventory: Inventory;
  readonly findings: readonly Finding[];
  readonly rejected: readonly Rejected[];
  readonly notices: readonly Notice[];
  readonly data?: DataVersion;
  readonly scanner: { readonly name: string; readonly version: string };
  readonly serialNumber?: string;
}

/** Scans a target: with our own matching, or with another scanner that is on PATH. Throws what the parts throw. */
export async function scanTarget(
  request: ScanRequest,
  settings: Settings,
  watch: Watch,
  options: ScanOptions,
): Promise<Scanned> {
  const matched =
    request.scanner === 'assay'
      ? await scanHere(request, settings, watch, options)
      : await scanElsewhere(request, settings, watch);
  const { serialNumber, ...rest } = matched;
  return {
    report: toReport({ ...rest, now: options.now }),
    inventory: matched.inventory,
    ...(serialNumber === undefined ? {} : { serialNumber }),
  };
}

async function scanHere(
  request: ScanRequest,
  settings: Settings,
  watch: Watch,
  options: ScanOptions,
): Promise<Matched> {
  // Opened first: data that cannot be read is known before an image is.
  const data = openData(findData(settings, options.data));
  try {
    const taken = await takeInventory(request.target, settings, watch, options);
    watch.progress({ what: 'matching' });
    const { findings, rejected, notices } = await matchInventory(taken.inventory, data);
    watch.signal.throwIfAborted();
    return {
      inventory: taken.inventory,
      findings,
      rejected: [...taken.inventory.rejected, ...rejected],
      notices: [...taken.notices, ...notices],
      data: data.version,
      scanner: settings.tool,
      ...(taken.document?.serialNumber === undefined ? {} : { serialNumber: taken.document.serialNumber }),
    };
  } finally {
    data.close();
  }
}

async function scanElsewhere(request: ScanRequest, settings: Settings, watch: Watch): Promise<Matched> {
  const scanner = scanners.get(request.scanner);
  if (scanner === undefined)
    throw new AssayError(
      'OPTION_INVALID',
      `there is no scanner ${JSON.stringify(request.scanner)}; known are ${[...scanners.keys()].join(', ')}`,
    );
  const document = await runScanner(scanner, request, settings, watch);
  const { inventory, findings } = document;
  return {
    inventory,
    findings,
    rejected: inventory.rejected,
    notices: [],
    scanner: {
      name: scanner.id,
      version: inventory.tools.find((tool) => tool.name.toLowerCase() === scanner.id)?.version ?? '',
    },
    ...(document.serialNumber === undefined ? {} : { serialNumber: document.serialNumber }),
  };
}
