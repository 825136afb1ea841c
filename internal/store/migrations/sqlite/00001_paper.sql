-- The tables of a paper. Times are microseconds since 1970 in UTC; decimals are text, digit for digit as they were
-- written; the content of a revision is JSON. The same tables, for the other engine, are in ../postgres.

-- +goose Up

-- Tells a file of ours from another program's: "Cour".
PRAGMA application_id = 0x436f7572;

CREATE TABLE source (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    home    TEXT NOT NULL,
    licence TEXT NOT NULL,
    note    TEXT NOT NULL,
    fresh   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The distinct series among the observations, so that the newest of each are found without reading them all. Its
-- foreign key stands for the observations', which would cost a lookup per row.
CREATE TABLE track (
    symbol TEXT NOT NULL,
    field  TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES source (id),
    PRIMARY KEY (symbol, field, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX track_source ON track (source);

-- Rows lie in the order of the key, so a series is read in one run and its newest row is found in one descent.
CREATE TABLE observation (
    symbol TEXT NOT NULL,
    field  TEXT NOT NULL,
    source TEXT NOT NULL,
    at     INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    value  TEXT NOT NULL,
    ref    TEXT NOT NULL,
    id     TEXT NOT NULL UNIQUE,
    PRIMARY KEY (symbol, field, source, at, seen)
) STRICT, WITHOUT ROWID;

CREATE TABLE story (
    id        TEXT PRIMARY KEY,
    slug      TEXT NOT NULL UNIQUE,
    state     TEXT NOT NULL,
    section   TEXT,    -- of the live revision; NULL for a draft, as are the next two
    published INTEGER,
    updated   INTEGER,
    live      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX story_published ON story (published);
CREATE INDEX story_section ON story (section, published);

CREATE TABLE revision (
    story     TEXT NOT NULL REFERENCES story (id),
    n         INTEGER NOT NULL,
    content   TEXT NOT NULL,
    author    TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    published INTEGER NOT NULL, -- whether it ever was: its pins never change again
    PRIMARY KEY (story, n)
) STRICT;

CREATE TABLE pin (
    story      TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    expression TEXT NOT NULL,
    symbol     TEXT NOT NULL,
    field      TEXT NOT NULL,
    value      TEXT NOT NULL,
    at         INTEGER NOT NULL,
    seen       INTEGER NOT NULL,
    source     TEXT NOT NULL,
    how        TEXT NOT NULL,
    PRIMARY KEY (story, revision, n),
    FOREIGN KEY (story, revision) REFERENCES revision (story, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX pin_symbol ON pin (symbol);

CREATE TABLE pin_observation (
    story       TEXT NOT NULL,
    revision    INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    observation TEXT NOT NULL REFERENCES observation (id),
    PRIMARY KEY (story, revision, n, position),
    FOREIGN KEY (story, revision, n) REFERENCES pin (story, revision, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX pin_observation_observation ON pin_observation (observation);

-- What readers may see, and all that reader.go may name: published stories in the revision that is shown.
CREATE VIEW article AS
SELECT s.id, s.slug, s.section, s.published, s.updated, s.live AS revision, r.content
FROM story s JOIN revision r ON r.story = s.id AND r.n = s.live
WHERE s.state = 'published';

-- The pins of articles, one row for each observation they rest on.
CREATE VIEW printed AS
SELECT p.story, p.n, p.expression, p.symbol, p.field, p.value, p.at, p.seen, p.source, p.how, o.position, o.observation
FROM story s JOIN pin p ON p.story = s.id AND p.revision = s.live
    LEFT JOIN pin_observation o ON o.story = p.story AND o.revision = p.revision AND o.n = p.n
WHERE s.state = 'published';
