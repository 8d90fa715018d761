import type { TestResult } from '@assay/policy';

/** Results as JUnit's XML, which build servers read: one suite per file. */
export function junitText(results: readonly TestResult[]): string {
  const files = [...new Set(results.map(({ file }) => file))];
  const suites = files.map((file) =>
    suiteText(
      file,
      results.filter((one) => one.file === file),
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${countsOf(results)}>`,
    ...suites,
    '</testsuites>',
  ].join('\n');
}

function suiteText(file: string, results: readonly TestResult[]): string {
  return [`  <testsuite name="${escaped(file)}"${countsOf(results)}>`, ...results.map(caseText), '  </testsuite>'].join(
    '\n',
  );
}

function countsOf(results: readonly TestResult[]): string {
  const count = (verdict: TestResult['verdict']): number => results.filter((one) => one.verdict === verdict).length;
  const time = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return ` tests="${results.length}" failures="${count('failed')}" errors="${count('error')}" skipped="${count('skipped')}" time="${(time / 1000).toFixed(3)}"`;
}

function caseText({ name, file, row, verdict, error, milliseconds }: TestResult): string {
  const dot = name.lastIndexOf('.');
  const head = `    <testcase classname="${escaped(name.slice(0, dot))}" name="${escaped(name.slice(dot + 1))}" file="${escaped(file)}" line="${row}" time="${(milliseconds / 1000).toFixed(3)}"`;
  if (verdict === 'passed') return `${head}/>`;
  if (verdict === 'skipped') return `${head}><skipped/></testcase>`;
  if (verdict === 'failed') return `${head}><failure message="the rule is not true"/></testcase>`;
  return `${head}><error message="${escaped(error ?? '')}"/></testcase>`;
}

/** Text as the value of an attribute; what XML cannot hold becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
