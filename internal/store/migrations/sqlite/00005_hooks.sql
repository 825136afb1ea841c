-- Hooks: who is told what happens, and the outbox of what is on its way.

-- +goose Up

-- The secret signs what is sent, so that no hash of it would do: it stands here as it is.
CREATE TABLE hook (
    id     TEXT PRIMARY KEY,
    url    TEXT NOT NULL,
    pair   TEXT NOT NULL, -- empty where it is told of a source
    above  TEXT NOT NULL,
    source TEXT NOT NULL,
    secret TEXT NOT NULL,
    added  INTEGER NOT NULL,
    since  INTEGER NOT NULL,
    off    INTEGER,         -- NULL while it is on
    why    TEXT NOT NULL,
    taken  INTEGER,         -- NULL while it never took anything
    wait   INTEGER NOT NULL -- nothing is sent to it before
) STRICT, WITHOUT ROWID;

-- The key is made of the hook and of what is told, so that nothing is told twice.
CREATE TABLE delivery (
    id       TEXT PRIMARY KEY,
    hook     TEXT NOT NULL REFERENCES hook (id),
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    added    INTEGER NOT NULL,
    state    TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next     INTEGER,         -- NULL once it has ended
    tried    INTEGER,         -- NULL while it was not
    status   INTEGER NOT NULL,
    problem  TEXT NOT NULL
) STRICT;

CREATE INDEX delivery_next ON delivery (next) WHERE next IS NOT NULL;
CREATE INDEX delivery_hook ON delivery (hook, added);
CREATE INDEX delivery_ended ON delivery (tried) WHERE next IS NULL;
