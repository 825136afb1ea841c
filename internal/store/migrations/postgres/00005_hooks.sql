-- Hooks: who is told what happens, and the outbox of what is on its way.

-- +goose Up

-- The secret signs what is sent, so that no hash of it would do: it stands here as it is.
CREATE TABLE hook (
    id     TEXT COLLATE "C" PRIMARY KEY,
    url    TEXT NOT NULL,
    pair   TEXT NOT NULL, -- empty where it is told of a source
    above  TEXT NOT NULL,
    source TEXT NOT NULL,
    secret TEXT NOT NULL,
    added  BIGINT NOT NULL,
    since  BIGINT NOT NULL,
    off    BIGINT,         -- NULL while it is on
    why    TEXT NOT NULL,
    taken  BIGINT,         -- NULL while it never took anything
    wait   BIGINT NOT NULL -- nothing is sent to it before
);

-- The key is made of the hook and of what is told, so that nothing is told twice.
CREATE TABLE delivery (
    id       TEXT COLLATE "C" PRIMARY KEY,
    hook     TEXT COLLATE "C" NOT NULL REFERENCES hook (id),
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL,
    added    BIGINT NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    next     BIGINT,         -- NULL once it has ended
    tried    BIGINT,         -- NULL while it was not
    status   BIGINT NOT NULL,
    problem  TEXT NOT NULL
);

CREATE INDEX delivery_next ON delivery (next) WHERE next IS NOT NULL;
CREATE INDEX delivery_hook ON delivery (hook, added);
CREATE INDEX delivery_ended ON delivery (tried) WHERE next IS NULL;
