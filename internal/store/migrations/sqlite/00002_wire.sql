-- What the wire needs: more of each source, what is held back, what was fetched, and who fetches.

-- +goose Up

ALTER TABLE source ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN terms TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN attribution TEXT NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;

-- Values that are not believed. They stand apart from observations, so that no query of those can ever find them.
CREATE TABLE held (
    id      TEXT PRIMARY KEY,
    symbol  TEXT NOT NULL,
    field   TEXT NOT NULL,
    source  TEXT NOT NULL REFERENCES source (id),
    at      INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    value   TEXT NOT NULL,
    ref     TEXT NOT NULL,
    reason  TEXT NOT NULL,
    text    TEXT NOT NULL,
    state   TEXT NOT NULL,
    decided INTEGER,       -- NULL while it waits, as is the last
    by      TEXT NOT NULL,
    note    TEXT NOT NULL,
    became  TEXT REFERENCES observation (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX held_state ON held (state, seen);

-- What was fetched, by source and moment, which is the Seen of all that was read of it. The body is dropped after some
-- days; its hash stays.
CREATE TABLE reply (
    source  TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    path    TEXT NOT NULL,
    status  INTEGER NOT NULL,
    hash    TEXT NOT NULL,
    size    INTEGER NOT NULL,
    problem TEXT NOT NULL,
    body    BLOB,
    PRIMARY KEY (source, fetched, path)
) STRICT;

CREATE INDEX reply_fetched ON reply (fetched);

-- How each provider fares, as JSON.
CREATE TABLE fetching (
    source TEXT PRIMARY KEY,
    status TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who may speak for a name, and since the how manieth change of hands.
CREATE TABLE lease (
    name    TEXT PRIMARY KEY,
    holder  TEXT NOT NULL,
    epoch   INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
