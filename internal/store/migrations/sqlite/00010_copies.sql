-- What is being written and is no revision yet, and what the newsroom says of stories among itself.

-- +goose Up

-- Of each person one copy of each story. A new story has copies before it has a row of its own, so nothing is referred to.
CREATE TABLE copy (
    story    TEXT NOT NULL,
    person   TEXT NOT NULL,
    n        INTEGER NOT NULL,
    based_on INTEGER NOT NULL,
    content  TEXT NOT NULL, -- JSON
    at       INTEGER NOT NULL,
    PRIMARY KEY (story, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX copy_person ON copy (person, at);

CREATE TABLE note (
    story    TEXT NOT NULL,
    n        INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    person   TEXT NOT NULL,
    text     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    settled  INTEGER,           -- NULL while it is open
    settler  TEXT NOT NULL, -- empty while it is open
    PRIMARY KEY (story, n)
) STRICT, WITHOUT ROWID;

-- The desk lists stories by when each was last saved, without reading their texts for it.
CREATE INDEX revision_saved ON revision (story, n, at);
