/**
 * What several have in common is given to one of them, whatever the order in which they came. A text that lies in several
 * places has the least place for its own (by data set, split and row, shorter names of rows first, which puts numbers in
 * order), and its licence. A unit that several sources give belongs to the source with the least id. The others stay
 * among the drops, as duplicates, and change places with it.
 *
 * What older forms of the database did not keep (licences of second places, the units that parts are equal to) stays
 * as it came.
 */
import type { Connection } from './connection.ts'

/** Also puts the drops of what moves to the place where it belongs now. */
export function settleOwners(db: Connection): void {
  db.transaction(() => {
    givePlaces(db)
    giveUnits(db)
  })
}

function givePlaces(db: Connection): void {
  db.exec(`
    CREATE TEMP TABLE moved AS
      SELECT key, "drop", own.dataset, own.split, own.row, own.license FROM (
        SELECT sources.key, drops.key AS "drop", sources.dataset, sources.split, sources.row, sources.license,
          row_number() OVER (
            PARTITION BY sources.key ORDER BY drops.dataset, drops.split, length(drops.row), drops.row
          ) AS place
        FROM drops JOIN sources ON sources.key = drops.source_key
        WHERE stage = 'read' AND reason = 'duplicate' AND drops.license IS NOT NULL
          AND (drops.dataset, drops.split, length(drops.row), drops.row)
            < (sources.dataset, sources.split, length(sources.row), sources.row)
      ) AS own WHERE place = 1;
    UPDATE sources SET (dataset, split, row, license) =
        (SELECT drops.dataset, drops.split, drops.row, drops.license FROM drops WHERE drops.key = moved."drop")
      FROM moved WHERE sources.key = moved.key;
    UPDATE drops SET dataset = moved.dataset, split = moved.split, row = moved.row, license = moved.license
      FROM moved WHERE drops.key = moved."drop";
    UPDATE drops SET dataset = sources.dataset, split = sources.split, row = sources.row
      FROM moved JOIN sources ON sources.key = moved.key
      WHERE drops.source_key = moved.key AND stage <> 'read';
    UPDATE drops SET dataset = sources.dataset, split = sources.split, row = sources.row
      FROM moved JOIN sources ON sources.key = moved.key JOIN units ON units.source_key = moved.key
      WHERE drops.unit_key = units.key;
    DROP TABLE moved;
  `)
}

function giveUnits(db: Connection): void {
  db.exec(`
    CREATE TEMP TABLE moved AS
      SELECT key, "drop", before, after FROM (
        SELECT units.key, drops.key AS "drop", units.source_key AS before, drops.source_key AS after,
          row_number() OVER (PARTITION BY units.key ORDER BY other.id) AS place
        FROM drops JOIN units ON units.key = drops.same_unit
          JOIN sources AS own ON own.key = units.source_key
          JOIN sources AS other ON other.key = drops.source_key
        WHERE other.id < own.id
      ) WHERE place = 1;
    UPDATE units SET source_key = moved.after FROM moved WHERE units.key = moved.key;
    UPDATE drops SET source_key = before, dataset = sources.dataset, split = sources.split, row = sources.row
      FROM moved JOIN sources ON sources.key = before WHERE drops.key = moved."drop";
    UPDATE drops SET dataset = sources.dataset, split = sources.split, row = sources.row
      FROM moved JOIN sources ON sources.key = after WHERE drops.unit_key = moved.key;
    DROP TABLE moved;
  `)
}
