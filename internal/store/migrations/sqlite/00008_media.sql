-- The pictures of stories, in the same place as the stories: one backup holds both, and no file is ever half there.

-- +goose Up

-- What is kept of an upload but for its points. One that is sent again is the same picture.
CREATE TABLE picture (
    name   TEXT PRIMARY KEY,
    kind   TEXT NOT NULL,
    width  INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    hash   TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL,
    by     TEXT NOT NULL,
    at     INTEGER NOT NULL,
    file   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX picture_at ON picture (at, name);

-- Not WITHOUT ROWID: bodies are far larger than a page, and the tree that finds them should not hold them.
CREATE TABLE rendition (
    picture TEXT NOT NULL REFERENCES picture (name) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    width   INTEGER NOT NULL,
    height  INTEGER NOT NULL,
    body    BLOB NOT NULL,
    PRIMARY KEY (picture, kind, width)
) STRICT;
