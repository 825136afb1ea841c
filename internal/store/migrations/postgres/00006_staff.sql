-- Who works here, how they prove to be who they are, and what they did.

-- +goose Up

-- A person is never removed: what they did stays theirs.
CREATE TABLE staff (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    email       TEXT COLLATE "C" NOT NULL UNIQUE, -- in small letters
    role        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    since       BIGINT NOT NULL,
    credentials TEXT NOT NULL         -- JSON: hashes of password and recovery codes, the secret of codes, public keys
);

-- Browsers in which somebody has signed in. Of a token only its hash is kept.
CREATE TABLE staff_session (
    hash    TEXT COLLATE "C" PRIMARY KEY,
    person  TEXT COLLATE "C" NOT NULL REFERENCES staff (id),
    made    BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    proved  BIGINT NOT NULL,
    strong  BIGINT NOT NULL,
    network TEXT NOT NULL,
    agent   TEXT NOT NULL
);

CREATE INDEX staff_session_person ON staff_session (person);

-- What may be done once by whoever has a token: links, pending sign-ins, challenges.
CREATE TABLE staff_ticket (
    hash    TEXT COLLATE "C" PRIMARY KEY,
    purpose TEXT COLLATE "C" NOT NULL,
    person  TEXT COLLATE "C" REFERENCES staff (id), -- NULL: nobody's
    expires BIGINT NOT NULL,
    data    TEXT NOT NULL
);

CREATE INDEX staff_ticket_person ON staff_ticket (person);

-- When there were wrong guesses of late. A key is a hash, or names a network.
CREATE TABLE staff_guess (
    key   TEXT COLLATE "C" PRIMARY KEY,
    times TEXT NOT NULL,   -- in microseconds, with spaces between
    last  BIGINT NOT NULL
);

-- The audit trail. Lines are added, and never changed or removed.
CREATE TABLE staff_trail (
    n       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      BIGINT NOT NULL,
    person  TEXT COLLATE "C" NOT NULL, -- empty: the operator, or nobody who is known
    action  TEXT NOT NULL,
    object  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    network TEXT NOT NULL
);
