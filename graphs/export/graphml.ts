/** GraphML 1.0, for yEd, Cytoscape, igraph and networkx: http://graphml.graphdrawing.org */
import { joinLines } from './chunks.ts';
import { EDGE_FIELDS, edgeRows, type FieldType, NODE_FIELDS, nodeRows } from './rows.ts';
import { type ExportSnapshot, headerFields } from './snapshot.ts';
import { escapeXml, xmlAttributes } from './xml.ts';

/** The graph as GraphML, the header as data of the graph. */
export function writeGraphml(snapshot: ExportSnapshot): Iterable<string> {
  return joinLines(graphmlLines(snapshot));
}

function* graphmlLines(snapshot: ExportSnapshot): Iterable<string> {
  const header = headerFields(snapshot);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n';
  for (const [name] of header) yield keyDeclaration('graph', name, 'string');
  for (const [name, type] of Object.entries(NODE_FIELDS)) yield keyDeclaration('node', name, type);
  for (const [name, type] of Object.entries(EDGE_FIELDS)) yield keyDeclaration('edge', name, type);
  yield '<graph edgedefault="directed">\n';
  for (const [name, value] of header) yield `${data('graph', name, value)}\n`;
  for (const { id, ...values } of nodeRows(snapshot)) {
    yield `<node${xmlAttributes({ id })}>${allData('node', values)}</node>\n`;
  }
  for (const { id, source, target, ...values } of edgeRows(snapshot)) {
    yield `<edge${xmlAttributes({ id, source, target })}>${allData('edge', values)}</edge>\n`;
  }
  yield '</graph>\n</graphml>\n';
}

type Subject = 'graph' | 'node' | 'edge';

/** A key's id is unique in the whole file, its name only among the keys of its subject. */
function keyDeclaration(subject: Subject, name: string, type: FieldType): string {
  return `<key${xmlAttributes({ id: `${subject}.${name}`, for: subject, 'attr.name': name, 'attr.type': type })}/>\n`;
}

function data(subject: Subject, name: string, value: string | number): string {
  return `<data key="${subject}.${name}">${escapeXml(String(value))}</data>`;
}

function allData(subject: Subject, values: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(values)
    .map(([name, value]) => (value === null ? '' : data(subject, name, value)))
    .join('');
}
