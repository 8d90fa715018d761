/** Built-ins of OPA 1.22 that are not there yet: a policy that calls one is refused when it is compiled, not when it decides. */
export const missingBuiltins: ReadonlySet<string> = new Set([
  'crypto.parse_private_keys',
  'crypto.x509.parse_and_verify_certificates',
  'crypto.x509.parse_and_verify_certificates_with_options',
  'crypto.x509.parse_certificate_request',
  'crypto.x509.parse_certificates',
  'crypto.x509.parse_keypair',
  'crypto.x509.parse_rsa_private_key',
  'rego.parse_module',
  'strings.render_template',
]);
