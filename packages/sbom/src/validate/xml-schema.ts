import type { Problem } from './problem.ts';
import { readSchema } from './schema-files.ts';

const base = 'http://cyclonedx.org/schema/';
const helper = 'spdx.SNAPSHOT.xsd';

/** Judges an XML document, in UTF-8, by one of CycloneDX's official XML schemas. The library is WebAssembly and loaded at first use. */
export async function checkXmlSchema(file: string, document: Uint8Array): Promise<readonly Problem[]> {
  const libxml2 = await import('libxml2-wasm');
  const { ParseOption, XmlDocument, XmlLibError, XsdValidator } = libxml2;
  provideHelper(libxml2);
  using schema = XmlDocument.fromString(readSchema(file), {
    url: `${base}${file}`,
    option: ParseOption.XML_PARSE_NONET,
  });
  using validator = XsdValidator.fromDoc(schema);
  try {
    using parsed = XmlDocument.fromBuffer(document, {
      // IGNORE_ENC: the bytes are UTF-8 whatever the document declares.
      option:
        ParseOption.XML_PARSE_NONET |
        ParseOption.XML_PARSE_NO_XXE |
        ParseOption.XML_PARSE_HUGE |
        ParseOption.XML_PARSE_IGNORE_ENC,
    });
    validator.validate(parsed);
    return [];
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    const details = error.details.length > 0 ? error.details : [{ message: error.message, line: 0 }];
    return details.map(({ message, line }) => ({ at: line > 0 ? `line ${line}` : '/', why: message.trim() }));
  }
}

let provided = false;

/** The schemas import the list of licences; it is given from memory, and nothing else can be loaded. */
function provideHelper({ XmlBufferInputProvider, xmlRegisterInputProvider }: typeof import('libxml2-wasm')): void {
  if (provided) return;
  const bytes = new TextEncoder().encode(readSchema(helper));
  xmlRegisterInputProvider(new XmlBufferInputProvider({ [`${base}${helper}`]: bytes }));
  provided = true;
}
