/** Every format a graph can be exported in. */
import { writeCaseCsv, writeCoverageCsv, writeEdgesCsv, writeNodesCsv, writePoisonCsv } from './csv.ts';
import { writeGexf } from './gexf.ts';
import { writeGraphml } from './graphml.ts';
import { writeJson } from './json.ts';
import type { ExportSnapshot } from './snapshot.ts';

export const EXPORT_FORMATS = ['gexf', 'graphml', 'csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What people draw: dust would only hide what matters. */
export const PICTURES: ReadonlySet<ExportFormat> = new Set<ExportFormat>(['gexf', 'graphml']);

export interface ExportFile {
  readonly name: string;
  /** The file's text in pieces, UTF-8 when written; can be read once. */
  readonly chunks: Iterable<string>;
}

const FILES: Readonly<Record<ExportFormat, Readonly<Record<string, (snapshot: ExportSnapshot) => Iterable<string>>>>> =
  {
    gexf: { 'graph.gexf': writeGexf },
    graphml: { 'graph.graphml': writeGraphml },
    csv: {
      'nodes.csv': writeNodesCsv,
      'edges.csv': writeEdgesCsv,
      'coverage.csv': writeCoverageCsv,
      'poison.csv': writePoisonCsv,
      'case.csv': writeCaseCsv,
    },
    json: { 'graph.json': writeJson },
  };

/**
 * The files of a format; the same snapshot gives the same bytes.
 *
 * Reading `chunks` throws an Error when the header has no decimals for an asset of the graph.
 */
export function exportFiles(format: ExportFormat, snapshot: ExportSnapshot): ExportFile[] {
  return Object.entries(FILES[format]).map(([name, write]) => ({ name, chunks: write(snapshot) }));
}
