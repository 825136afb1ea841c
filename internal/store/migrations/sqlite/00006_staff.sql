-- Who works here, how they prove to be who they are, and what they did.

-- +goose Up

-- A person is never removed: what they did stays theirs.
CREATE TABLE staff (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    email       TEXT NOT NULL UNIQUE, -- in small letters
    role        TEXT NOT NULL,
    state       TEXT NOT NULL,
    since       INTEGER NOT NULL,
    credentials TEXT NOT NULL         -- JSON: hashes of password and recovery codes, the secret of codes, public keys
) STRICT, WITHOUT ROWID;

-- Browsers in which somebody has signed in. Of a token only its hash is kept.
CREATE TABLE staff_session (
    hash    TEXT PRIMARY KEY,
    person  TEXT NOT NULL REFERENCES staff (id),
    made    INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    proved  INTEGER NOT NULL,
    strong  INTEGER NOT NULL,
    network TEXT NOT NULL,
    agent   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX staff_session_person ON staff_session (person);

-- What may be done once by whoever has a token: links, pending sign-ins, challenges.
CREATE TABLE staff_ticket (
    hash    TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    person  TEXT REFERENCES staff (id), -- NULL: nobody's
    expires INTEGER NOT NULL,
    data    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX staff_ticket_person ON staff_ticket (person);

-- When there were wrong guesses of late. A key is a hash, or names a network.
CREATE TABLE staff_guess (
    key   TEXT PRIMARY KEY,
    times TEXT NOT NULL,   -- in microseconds, with spaces between
    last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The audit trail. Lines are added, and never changed or removed.
CREATE TABLE staff_trail (
    n       INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    person  TEXT NOT NULL, -- empty: the operator, or nobody who is known
    action  TEXT NOT NULL,
    object  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    network TEXT NOT NULL
) STRICT;
