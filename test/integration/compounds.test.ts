/** The registry of compounds through its commands: what comes with the program, and what files bring. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPool, type Pool } from '../../src/store/db.ts';
import { SCHEMA } from '../../src/store/migrate.ts';
import { readRegistry } from '../../workers/compounds.ts';
import { cli, cliIn, cliJson } from '../fixtures/cli.ts';
import { type FreshDatabase, freshDatabase } from '../servers.ts';

const NOW = Date.UTC(2026, 2, 1);
const entry = (id: string, more = '') => `- id: ${id}
  name: ${id.replaceAll('-', ' ')}
  kind: compound
  country: MM
  coordinates: [16.7, 98.5]
  operators:
  - { name: River Holding, type: entity, instrument: OFAC 2025-09-08 }
  instruments:
  - { type: sanction, issuer: OFAC, date: 2025-09-08 }
  sources:
  - { title: A release, publisher: A paper, url: 'https://example.org/a' }
${more}`;

describe.skipIf(inject('postgres') === null)('compounds', () => {
  let database: FreshDatabase;
  let env: Record<string, string>;
  let pool: Pool;
  let folder: string;

  beforeAll(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'compounds-'));
    env = { DATABASE_URL: database.url, LOG_LEVEL: 'silent' };
    await cli(env, 'migrate');
    pool = createPool({ connectionString: database.url }, SCHEMA, 2);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const file = async (name: string, ...entries: string[]) => {
    const path = join(folder, name);
    await writeFile(path, `compounds:\n${entries.join('')}`);
    return path;
  };
  const compounds = (...argv: string[]) => cliIn({ now: NOW }, env, 'compounds', ...argv);
  const ids = async () => {
    const { compounds: all } = await cliJson<{ compounds: { id: string }[] }>(env, 'compounds', 'list');
    return all.map(({ id }) => id);
  };

  it('are listed as they come with the program', async () => {
    const { out } = await compounds('list');
    expect(out.split('\n').slice(0, 3)).toMatchInlineSnapshot(`
      [
        "  ID                                 KIND               IN  NAME                                                 FROM",
        "  bai-family-group                   operator-group     MM  Bai family criminal group (Kokang)                   the program",
        "  baisheng-hotel                     compound           MM  Baisheng Hotel park                                  the program",
      ]
    `);
    expect(out).toContain('A listing or a charge is no conviction');
    const told = await cliJson<{ compounds: object[] }>(env, 'compounds', 'list');
    expect(told).toMatchObject({ newestChange: 0 });
    expect(told.compounds).toHaveLength(41);
    expect(told.compounds).toContainEqual({
      ...{ id: 'kk-park', name: 'KK Park', kind: 'compound', country: 'MM', coordinates: [16.7, 98.5] },
      ...{
        place: 'near Mae Htaw Tha Lay village, south of Myawaddy, Kayin State',
        coordinatesOf: 'town',
        import: null,
      },
    });
  });

  it('are shown with all that is said of one, and by whom', async () => {
    expect((await compounds('show', 'tai-chang')).out).toMatchInlineSnapshot(`
      "Tai Chang
        Kind       compound
        Also       Casino Kosai
        Country    MM
        Place      Kyaukhat village, Karen (Kayin) State
        Platforms  tickmilleas.com
        Status     The US seized three web domains used from the compound in November and December 2025. (as of 2025-12-05)
        Note       A US seizure affidavit says scammers at the compound used a false investment platform, and Treasury says the DKBA guards the site.
        From       the program

      Named by
        sanction: US Treasury, OFAC, 2025-11-12: designation of the DKBA, Trans Asia, Troth Star and others; the compound is named in the reasons
        complaint: US Department of Justice, District of Columbia, 2025-12-02: affidavit for the seizure of tickmilleas.com

      Operators, as these instruments name them
        Democratic Karen Benevolent Army (entity): OFAC 2025-11-12
        Trans Asia International Holding Group Thailand Company Limited (entity): OFAC 2025-11-12

      Sources
        OFAC Sanctions Burmese Group for Scam Ties. Export Compliance Daily, 2025-11-13 (press)
          http://stage.exportcompliancedaily.com/article/2025/11/13/ofac-sanctions-burmese-group-for-scam-ties-2511120044?BC=bc_6946538b61ef5
        US sanctions DKBA armed group and Thai national linked to scams. The Nation (Thailand), 2025-11-13 (press)
          https://www.nationthailand.com/news/asean/40058185
        FBI San Diego: web domain used for crypto investment fraud seized. Newsbeep (US news copy) (press)
          https://www.newsbeep.com/us-ca/79403
        EEUU cierra un centro birmano que se dedicaba a estafar mediante criptomonedas. La Razón, 2025-12-05 (press)
          https://www.larazon.es/sociedad/eeuu-cierra-centro-birmano-que-dedicaba-estafar-mediante-criptomonedas_202512056932ae436e5e5012dcdb6030.html

      Facts as their sources tell them. A listing or a charge is no conviction, and a place says nothing of whoever is held there.
      "
    `);
    expect(await cliJson(env, 'compounds', 'show', 'huione-pay')).toMatchObject({
      operators: [{ name: 'Huione Group', grounds: ['finding'] }],
      status: { asOf: '2025-05' },
      import: null,
      earlier: [],
    });
    expect(await compounds('show', 'nowhere')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "Error: There is no compound "nowhere".
      See all with: npx downstream compounds list
      ",
        "out": "",
      }
    `);
  });

  it('are extended by a file, replaced by a later one, and taken out again; the history stays', async () => {
    const path = await file('ours.yaml', entry('river-park'), entry('lake-park'));
    const tried = await compounds('import', path, '--dry-run');
    expect([tried.code, tried.out]).toMatchInlineSnapshot(`
      [
        0,
        "ours.yaml: 2 entries.
        added: lake-park, river-park
      Nothing is stored: this was a try.
      ",
      ]
    `);
    expect(await ids()).toHaveLength(41);
    expect((await compounds('import', path, '--by', 'ana', '--why', 'charges of May')).out).toMatchInlineSnapshot(`
      "ours.yaml: 2 entries.
        added: lake-park, river-park
      Stored as change 1.
      "
    `);
    expect(await ids()).toEqual(expect.arrayContaining(['kk-park', 'lake-park', 'river-park']));
    expect((await compounds('import', path, '--by', 'ana')).out).toContain('All of it is there already');
    const second = await file('more.yaml', entry('river-park', '  note: seen again\n'), entry('lake-park'));
    const replaced = await compounds('import', second, '--by', 'ben', '--json');
    expect(JSON.parse(replaced.out)).toMatchObject({
      ...{ dryRun: false, file: 'more.yaml', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), change: 2 },
      ...{ added: [], replaced: ['river-park'], unchanged: ['lake-park'] },
    });
    expect((await compounds('remove', 'lake-park', '--by', 'ben', '--why', 'the charges were dropped')).out).toBe(
      '"lake-park" is taken out, as change 3. It stays in the history.\n',
    );
    expect((await compounds('show', 'river-park')).out.replace(/[0-9a-f]{64}/g, 'DIGEST')).toMatchInlineSnapshot(`
      "river park
        Kind     compound
        Country  MM
        Place    16.7, 98.5
        Note     seen again
        From     more.yaml (SHA-256 DIGEST), change 2 by ben on 2026-03-01 00:00:00 UTC

      Named by
        sanction: OFAC, 2025-09-08

      Operators, as these instruments name them
        River Holding (entity): OFAC 2025-09-08

      Sources
        A release. A paper (press)
          https://example.org/a

      Earlier, from files
        ours.yaml (SHA-256 DIGEST), change 1 by ana on 2026-03-01 00:00:00 UTC: charges of May; gone with change 2 by ben on 2026-03-01 00:00:00 UTC

      Facts as their sources tell them. A listing or a charge is no conviction, and a place says nothing of whoever is held there.
      "
    `);
    expect((await compounds('show', 'lake-park')).code).toBe(1);
    const notes = async (asOf: number) =>
      (await readRegistry(pool, asOf))
        .filter(({ origin }) => origin !== null)
        .map(({ entry: each }) => [each.id, each.note]);
    expect(await notes(0)).toEqual([]);
    expect(await notes(2)).toEqual([
      ['lake-park', undefined],
      ['river-park', 'seen again'],
    ]);
    expect(await notes(3)).toEqual([['river-park', 'seen again']]);
  });

  it('that come with the program are not replaced and not taken out', async () => {
    const path = await file('own.yaml', entry('kk-park'), entry('hill-park'));
    expect(await compounds('import', path)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "Error: own.yaml has an entry of the program's own: kk-park.
      What comes with the program is the same for everybody, and no file replaces it.
      Give what is yours another id, such as kk-park-2, and names of its own, or leave it out. Nothing of the file is stored.
      ",
        "out": "",
      }
    `);
    expect(await ids()).not.toContain('hill-park');
    expect(await compounds('remove', 'kk-park')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "Error: "kk-park" comes with the program and cannot be taken out.
      Only what a file brought can be.
      See which these are with: npx downstream compounds list
      ",
        "out": "",
      }
    `);
    expect(await compounds('remove', 'nowhere')).toMatchObject({ code: 1 });
  });

  it('that go by a name of another are taken, and it is said that the name ties to none of them', async () => {
    const path = await file('shared.yaml', entry('kk-park-ours').replace('kk park ours', 'kk park'));
    expect((await compounds('import', path, '--dry-run')).out).toContain(
      'The name "kk park" is that of kk-park and kk-park-ours: it ties to none of them.\n',
    );
    expect(JSON.parse((await compounds('import', path, '--dry-run', '--json')).out)).toMatchObject({
      shared: [{ name: 'kk park', compounds: ['kk-park', 'kk-park-ours'] }],
    });
  });

  it('of a file with a wrong place are refused, and none of the file is stored', async () => {
    const wrong = entry('sea-park').replace('[16.7, 98.5]', '[98.5, 16.7]');
    const path = await file('wrong.yaml', entry('hill-park'), wrong);
    expect(await compounds('import', path, '--json')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "Error: wrong.yaml cannot be taken; it has 1 fault:
        line 13, "sea-park", coordinates: [98.5, 16.7] has latitude and longitude the wrong way round: [16.7, 98.5] is in Myanmar. Coordinates are [latitude, longitude] in degrees, such as [16.8, 98.5], in the country that the entry names.
      Correct them and import the file again: nothing of it is stored, since a file counts as a whole.
      ",
        "out": "",
      }
    `);
    expect(await ids()).not.toContain('hill-park');
  });

  it('take the word of whoever uses them wrongly for wrong usage', async () => {
    expect((await compounds('import')).code).toBe(2);
    expect((await compounds('show')).code).toBe(2);
    expect((await compounds('remove', 'a', '--force')).code).toBe(2);
    expect(await compounds('import', join(folder, 'none.yaml'))).toMatchObject({ code: 1 });
  });

  it('that two people import at once are stored one after the other', async () => {
    const paths = await Promise.all(
      ['a', 'b', 'c'].map((name) => file(`${name}.yaml`, entry('twin-park', `  note: ${name}\n`))),
    );
    await Promise.all(paths.map((path) => compounds('import', path)));
    expect((await ids()).filter((id) => id === 'twin-park')).toHaveLength(1);
    const { earlier } = await cliJson<{ earlier: unknown[] }>(env, 'compounds', 'show', 'twin-park');
    expect(earlier).toHaveLength(2);
  });
});
