/**
 * GEXF 1.2, for Gephi and its kin: https://gexf.net. Version 1.3 is refused by readers still in use (networkx 2).
 *
 * Written here and not by graphology-gexf, which builds the whole text in memory (a heap of 4 GB was too small for 800,000
 * edges), guesses each attribute's type from its values, so that a column changes or is missing with the data, and lets
 * control characters through, which no XML parser reads.
 */
import { joinLines } from './chunks.ts';
import { EDGE_FIELDS, edgeRows, type FieldType, NODE_FIELDS, nodeRows } from './rows.ts';
import { type ExportSnapshot, headerFields } from './snapshot.ts';
import { escapeXml, xmlAttributes } from './xml.ts';

/**
 * The graph as GEXF. An edge's weight is its number of transfers; its kind, which version 1.3 defines and older readers pass
 * over, is the asset: it keeps edges between the same two wallets apart.
 */
export function writeGexf(snapshot: ExportSnapshot): Iterable<string> {
  return joinLines(gexfLines(snapshot));
}

function* gexfLines(snapshot: ExportSnapshot): Iterable<string> {
  const description = headerFields(snapshot).map(([name, value]) => `${name}: ${value}`);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n';
  yield '<meta>\n';
  yield `<creator>${escapeXml(snapshot.header.generator)}</creator>\n`;
  yield `<description>${escapeXml(description.join('\n'))}</description>\n`;
  yield '</meta>\n';
  yield '<graph mode="static" defaultedgetype="directed">\n';
  yield* declarations('node', NODE_FIELDS);
  yield* declarations('edge', EDGE_FIELDS);
  yield '<nodes>\n';
  for (const { id, ...values } of nodeRows(snapshot)) {
    yield `<node${xmlAttributes({ id, label: values.address })}>${attributeValues(values)}</node>\n`;
  }
  yield '</nodes>\n<edges>\n';
  for (const { id, source, target, ...values } of edgeRows(snapshot)) {
    const attributes = xmlAttributes({ id, source, target, weight: values.count, kind: values.asset });
    yield `<edge${attributes}>${attributeValues(values)}</edge>\n`;
  }
  yield '</edges>\n</graph>\n</gexf>\n';
}

function* declarations(subject: 'node' | 'edge', types: Readonly<Record<string, FieldType>>): Iterable<string> {
  yield `<attributes class="${subject}" mode="static">\n`;
  for (const [name, type] of Object.entries(types))
    yield `<attribute${xmlAttributes({ id: name, title: name, type })}/>\n`;
  yield '</attributes>\n';
}

function attributeValues(values: Readonly<Record<string, string | number | null>>): string {
  const written = Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `<attvalue${xmlAttributes({ for: name, value })}/>`);
  return `<attvalues>${written.join('')}</attvalues>`;
}
