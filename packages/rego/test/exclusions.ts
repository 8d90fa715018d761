/** Cases of OPA's suite that are not run, with the reason for each. A note may end in `*`. */
export const exclusions: readonly { readonly note: string; readonly because: string }[] = [
  { note: 'net.lookup_ip_addr/*', because: 'looks names up in the network: refused at compile time' },
  { note: 'netlookupipaddr/*', because: 'looks names up in the network: refused at compile time' },
  { note: 'invalidkeyerror/invalid keys', because: 'calls http.send: refused at compile time' },
  { note: 'invalidkeyerror/missing keys', because: 'calls http.send: refused at compile time' },
  { note: 'withkeyword/builtin: http.send example', because: 'names http.send: refused even where it is replaced' },
  {
    note: 'withkeyword/builtin: nested, multiple mocks',
    because: 'names http.send: refused even where it is replaced',
  },
  { note: 'withkeyword/builtin-builtin: arity 0', because: 'names opa.runtime: refused even where it is replaced' },
  { note: 'time/time caching', because: 'needs test.sleep, which only OPA’s own test binary has' },
];
