import { findText, type JsonObject, toObjects } from '../../json/value.ts';
import { splitLicenses } from '../license-expression.ts';
import { isSaid } from '../said.ts';
import { allNamedBy, classOf } from './element.ts';

/** Licences may hold others; a document that nests more of them than this, or in a circle, is cut there. */
const maxParts = 1000;

/** How many more parts are read. */
interface Budget {
  left: number;
}

/** Ids of the two words for silence. Source: SPDX 3.0.1, Licensing `NoAssertionLicense`, `NoneLicense`. */
const silence = /\/(?:NoAssertion|None)(?:License|Element)?$/;

/** The licences that an element stands for, each of which applies. `byId` holds the licence elements of the document. */
export function toLicenses(id: string, byId: ReadonlyMap<string, JsonObject>): readonly string[] {
  const element = byId.get(id);
  if (element === undefined) return notDescribed(id);
  const type = classOf(element);
  const budget: Budget = { left: maxParts };
  if (type === 'expandedlicensing_ConjunctiveLicenseSet') {
    return membersOf(element).flatMap((member) => textOf(member, byId, budget) ?? []);
  }
  if (type === 'simplelicensing_LicenseExpression') {
    const names = customNames(element, byId);
    const text = findText(element, 'simplelicensing_licenseExpression');
    return isSaid(text) ? splitLicenses(text).map((part) => names.get(part) ?? part) : [];
  }
  const text = textOf(id, byId, budget);
  return text === undefined ? [] : [text];
}

/** A licence of the SPDX list is named by its address and need not be described. */
function notDescribed(id: string): readonly string[] {
  if (silence.test(id)) return [];
  const listed = /^https?:\/\/spdx\.org\/licenses\/([A-Za-z0-9.+-]+?)(?:\.html)?$/.exec(id);
  return [listed?.[1] ?? id];
}

function textOf(id: string, byId: ReadonlyMap<string, JsonObject>, budget: Budget): string | undefined {
  const element = byId.get(id);
  if (element === undefined || --budget.left <= 0) return notDescribed(id)[0];
  const part = (key: string) => {
    const [first] = allNamedBy(element, key);
    return first === undefined ? undefined : textOf(first, byId, budget);
  };
  switch (classOf(element)) {
    case 'simplelicensing_LicenseExpression': {
      const text = findText(element, 'simplelicensing_licenseExpression');
      return isSaid(text) ? text : undefined;
    }
    case 'expandedlicensing_ConjunctiveLicenseSet':
      return join(membersOf(element), ' AND ', byId, budget);
    case 'expandedlicensing_DisjunctiveLicenseSet':
      return join(membersOf(element), ' OR ', byId, budget);
    case 'expandedlicensing_OrLaterOperator': {
      const license = part('expandedlicensing_subjectLicense');
      return license === undefined ? undefined : `${license}+`;
    }
    case 'expandedlicensing_WithAdditionOperator': {
      const license = part('expandedlicensing_subjectExtendableLicense');
      const addition = part('expandedlicensing_subjectAddition');
      return license === undefined || addition === undefined ? license : `${license} WITH ${addition}`;
    }
    case 'expandedlicensing_IndividualLicensingInfo':
      return silence.test(id) ? undefined : (findText(element, 'name') ?? notDescribed(id)[0]);
    case 'expandedlicensing_ListedLicense':
    case 'expandedlicensing_ListedLicenseException':
      return notDescribed(id)[0];
    default:
      return findText(element, 'name') ?? firstLine(findText(element, 'simplelicensing_licenseText')) ?? id;
  }
}

function membersOf(element: JsonObject): readonly string[] {
  return allNamedBy(element, 'expandedlicensing_member');
}

function join(
  ids: readonly string[],
  word: string,
  byId: ReadonlyMap<string, JsonObject>,
  budget: Budget,
): string | undefined {
  const texts = ids.flatMap((id) => (budget.left <= 0 ? [] : (textOf(id, byId, budget) ?? [])));
  return texts.length === 0
    ? undefined
    : texts.map((text) => (/ (AND|OR) /.test(text) ? `(${text})` : text)).join(word);
}

/** Names for the LicenseRefs of an expression. Source: SPDX 3.0.1, SimpleLicensing `customIdToUri`. */
function customNames(element: JsonObject, byId: ReadonlyMap<string, JsonObject>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const entry of toObjects(element, 'simplelicensing_customIdToUri')) {
    const ref = findText(entry, 'key');
    const license = byId.get(findText(entry, 'value') ?? '');
    const name = license && findText(license, 'name');
    if (ref !== undefined && name !== undefined) names.set(ref, name);
  }
  return names;
}

/** A licence without a name is told by how its text begins. */
function firstLine(text: string | undefined): string | undefined {
  return text?.trim().split(/\r?\n/, 1)[0]?.slice(0, 200);
}
