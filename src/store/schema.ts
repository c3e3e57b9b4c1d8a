/**
 * The database's form, as numbered migrations: number n takes `user_version` from n-1 to n. A migration that was
 * released never changes. Ids are 32-byte sha256 values; `key` columns are local to a file and mean nothing outside.
 */

/** 'GEPO' in ASCII: tells our files from other SQLite files. */
export const APPLICATION_ID = 0x4745504f

export const MIGRATIONS: readonly string[] = [
  `
  -- Texts by content, compressed; see pack-text.ts for the encoding.
  CREATE TABLE blobs (
    key    INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    packed BLOB NOT NULL
  ) STRICT;

  -- One row per call of gepo build on this file.
  CREATE TABLE runs (
    key            INTEGER PRIMARY KEY,
    config         TEXT NOT NULL CHECK (json_valid(config)),
    content_config TEXT NOT NULL CHECK (json_valid(content_config)),
    versions       TEXT NOT NULL CHECK (json_valid(versions)),
    environment    TEXT NOT NULL CHECK (json_valid(environment)),
    sources        TEXT NOT NULL CHECK (json_valid(sources)),
    seed           INTEGER NOT NULL,
    jobs           INTEGER NOT NULL,
    started_at     TEXT NOT NULL,
    finished_at    TEXT,
    seconds        REAL NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE sources (
    key       INTEGER PRIMARY KEY,
    id        BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    dataset   TEXT NOT NULL,
    split     TEXT NOT NULL,
    row       TEXT NOT NULL,
    license   TEXT NOT NULL,
    text_blob INTEGER NOT NULL REFERENCES blobs (key),
    extracted INTEGER NOT NULL DEFAULT 0 CHECK (extracted IN (0, 1))
  ) STRICT;

  CREATE TABLE units (
    key          INTEGER PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    source_key   INTEGER NOT NULL REFERENCES sources (key),
    kind         TEXT NOT NULL CHECK (kind IN ('program', 'function')),
    name         TEXT NOT NULL,
    code_blob    INTEGER NOT NULL REFERENCES blobs (key),
    standard     TEXT NOT NULL,
    exit_defined INTEGER NOT NULL CHECK (exit_defined IN (0, 1)),
    state        TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'group', 'dropped')),
    timings      TEXT CHECK (timings IS NULL OR json_valid(timings))
  ) STRICT;
  CREATE INDEX units_source ON units (source_key);
  CREATE INDEX units_pending ON units (key) WHERE state = 'pending';

  CREATE TABLE drops (
    key      INTEGER PRIMARY KEY,
    stage    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    detail   TEXT NOT NULL,
    dataset  TEXT NOT NULL,
    split    TEXT NOT NULL,
    row      TEXT NOT NULL,
    unit_key INTEGER REFERENCES units (key),
    -- Name of a part of the source that never became a unit, '' for the source as a whole.
    part     TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE UNIQUE INDEX drops_unit ON drops (unit_key) WHERE unit_key IS NOT NULL;
  CREATE UNIQUE INDEX drops_item ON drops (dataset, split, row, stage, part, reason) WHERE unit_key IS NULL;

  CREATE TABLE groups (
    key           INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
    unit_key      INTEGER NOT NULL UNIQUE REFERENCES units (key),
    split         TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
    edges_reached INTEGER NOT NULL,
    edges_total   INTEGER NOT NULL,
    seed          INTEGER NOT NULL,
    inputs_tried  INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX groups_split ON groups (split, id);

  CREATE TABLE inputs (
    group_key INTEGER NOT NULL REFERENCES groups (key),
    ordinal   INTEGER NOT NULL,
    packed    BLOB NOT NULL,
    PRIMARY KEY (group_key, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE winners (
    group_key INTEGER NOT NULL REFERENCES groups (key),
    ordinal   INTEGER NOT NULL,
    ir_blob   INTEGER NOT NULL REFERENCES blobs (key),
    levels    TEXT NOT NULL CHECK (json_valid(levels)),
    chosen    INTEGER NOT NULL CHECK (chosen IN (0, 1)),
    PRIMARY KEY (group_key, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE losers (
    group_key      INTEGER NOT NULL,
    ordinal        INTEGER NOT NULL,
    mutant_id      BLOB NOT NULL CHECK (length(mutant_id) = 32),
    operator       TEXT NOT NULL,
    edit_start     INTEGER NOT NULL,
    edit_end       INTEGER NOT NULL,
    original       TEXT NOT NULL,
    replacement    TEXT NOT NULL,
    line           INTEGER NOT NULL,
    -- NULL where the code is the unit's with the edit applied, which is nearly always.
    code_blob      INTEGER REFERENCES blobs (key),
    ir_blob        INTEGER NOT NULL REFERENCES blobs (key),
    level          TEXT NOT NULL,
    class          TEXT NOT NULL CHECK (class IN ('ast', 'ir', 'malformed')),
    difficulty     REAL NOT NULL CHECK (difficulty BETWEEN 0 AND 1),
    nearest_winner INTEGER NOT NULL,
    witness_input  INTEGER NOT NULL,
    PRIMARY KEY (group_key, ordinal),
    FOREIGN KEY (group_key, nearest_winner) REFERENCES winners (group_key, ordinal),
    FOREIGN KEY (group_key, witness_input) REFERENCES inputs (group_key, ordinal)
  ) STRICT, WITHOUT ROWID;

  -- What one side did on one input: the original on every input (loser = -1), a loser on its witness.
  CREATE TABLE executions (
    group_key INTEGER NOT NULL,
    input     INTEGER NOT NULL,
    loser     INTEGER NOT NULL,
    stdout    BLOB NOT NULL,
    exit      INTEGER NOT NULL,
    effects   BLOB NOT NULL,
    PRIMARY KEY (group_key, loser, input),
    FOREIGN KEY (group_key, input) REFERENCES inputs (group_key, ordinal)
  ) STRICT, WITHOUT ROWID;

  -- Every mutant tried, whether or not it became a loser.
  CREATE TABLE mutants (
    group_key INTEGER NOT NULL REFERENCES groups (key),
    ordinal   INTEGER NOT NULL,
    id        BLOB NOT NULL CHECK (length(id) = 32),
    operator  TEXT NOT NULL,
    verdict   TEXT NOT NULL,
    PRIMARY KEY (group_key, ordinal)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- A function's call as C text, for people.
  ALTER TABLE inputs ADD COLUMN call_text TEXT;
  `,
  `
  -- Losers by what was edited: the unit's C ('ast'), or the text of a winner ('ir', 'malformed'). What the assembler
  -- refuses has its message for a witness, as it never runs.
  CREATE TABLE losers_by_class (
    group_key      INTEGER NOT NULL,
    ordinal        INTEGER NOT NULL,
    mutant_id      BLOB NOT NULL CHECK (length(mutant_id) = 32),
    operator       TEXT NOT NULL,
    edit_start     INTEGER NOT NULL,
    edit_end       INTEGER NOT NULL,
    original       TEXT NOT NULL,
    replacement    TEXT NOT NULL,
    line           INTEGER NOT NULL,
    -- Of 'ast' alone: NULL where the code is the unit's with the edit applied, which is nearly always.
    code_blob      INTEGER REFERENCES blobs (key),
    edited_winner  INTEGER,
    ir_blob        INTEGER NOT NULL REFERENCES blobs (key),
    level          TEXT NOT NULL,
    class          TEXT NOT NULL CHECK (class IN ('ast', 'ir', 'malformed')),
    difficulty     REAL NOT NULL CHECK (difficulty BETWEEN 0 AND 1),
    nearest_winner INTEGER NOT NULL,
    witness_input  INTEGER,
    message        TEXT,
    PRIMARY KEY (group_key, ordinal),
    FOREIGN KEY (group_key, nearest_winner) REFERENCES winners (group_key, ordinal),
    FOREIGN KEY (group_key, edited_winner) REFERENCES winners (group_key, ordinal),
    FOREIGN KEY (group_key, witness_input) REFERENCES inputs (group_key, ordinal),
    CHECK ((class = 'ast') = (edited_winner IS NULL)),
    CHECK ((class = 'malformed') = (witness_input IS NULL)),
    CHECK ((class = 'malformed') = (message IS NOT NULL)),
    CHECK (class = 'ast' OR code_blob IS NULL)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO losers_by_class
    SELECT group_key, ordinal, mutant_id, operator, edit_start, edit_end, original, replacement, line, code_blob,
      NULL, ir_blob, level, class, difficulty, nearest_winner, witness_input, NULL FROM losers;
  DROP TABLE losers;
  ALTER TABLE losers_by_class RENAME TO losers;
  `,
  `
  -- How hard a loser is, larger is harder: difficulty from token_distance and shown_on (loserDifficulty).
  -- Losers of before know their distance in lines alone, which was their difficulty then.
  ALTER TABLE losers ADD COLUMN line_distance REAL NOT NULL DEFAULT 0 CHECK (line_distance BETWEEN 0 AND 1);
  ALTER TABLE losers ADD COLUMN token_distance REAL CHECK (token_distance BETWEEN 0 AND 1);
  -- Inputs of the group that show the difference.
  ALTER TABLE losers ADD COLUMN shown_on INTEGER CHECK (shown_on > 0);
  -- Of the edit in the C syntax tree.
  ALTER TABLE losers ADD COLUMN depth INTEGER CHECK (depth >= 0);
  UPDATE losers SET line_distance = difficulty, difficulty = 1 - difficulty;
  `,
  `
  -- The screened mutants that a group's losers were drawn from: JSON of PoolEntry[], packed like other texts.
  CREATE TABLE pools (
    group_key INTEGER PRIMARY KEY REFERENCES groups (key),
    packed    BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- What a group is about where that is not the unit itself: the edit (JSON of Mutant) and the edited code.
  ALTER TABLE groups ADD COLUMN centre TEXT CHECK (centre IS NULL OR json_valid(centre));
  ALTER TABLE groups ADD COLUMN centre_blob INTEGER REFERENCES blobs (key) CHECK ((centre IS NULL) = (centre_blob IS NULL));
  `,
  `
  -- What it takes to give a source to another place that has its text, or a unit to another source that has its code:
  -- the source that a dropped item or part is of, the licence of a second place, the unit that a part is equal to.
  -- NULL where an older form did not keep it.
  ALTER TABLE drops ADD COLUMN source_key INTEGER REFERENCES sources (key);
  ALTER TABLE drops ADD COLUMN license TEXT;
  ALTER TABLE drops ADD COLUMN same_unit INTEGER REFERENCES units (key);
  UPDATE drops SET source_key = sources.key FROM sources
    WHERE stage = 'extract' AND unit_key IS NULL
      AND sources.dataset = drops.dataset AND sources.split = drops.split AND sources.row = drops.row;
  UPDATE drops SET source_key = sources.key FROM sources
    WHERE stage = 'read' AND reason = 'duplicate' AND sources.id = unhex(substr(detail, length('same text as source ') + 1));
  DROP INDEX drops_item;
  CREATE UNIQUE INDEX drops_item ON drops (dataset, split, row, stage, part, reason, ifnull(source_key, 0))
    WHERE unit_key IS NULL;
  CREATE INDEX drops_source ON drops (source_key) WHERE source_key IS NOT NULL;
  CREATE INDEX drops_same_unit ON drops (same_unit) WHERE same_unit IS NOT NULL;
  `,
]

/** The newest form this program knows. */
export const SCHEMA_VERSION = MIGRATIONS.length
