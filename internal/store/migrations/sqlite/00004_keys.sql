-- The keys that programs may ask with, and how often they did.

-- +goose Up

-- Of a key only its hash is kept. A name is given once: a revoked key stays, so that what was used stays its own.
CREATE TABLE api_key (
    name       TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    per_minute INTEGER NOT NULL,
    made       INTEGER NOT NULL,
    revoked    INTEGER           -- NULL while it holds
) STRICT, WITHOUT ROWID;

-- How often a key was used, by the midnight of the day in UTC.
CREATE TABLE api_usage (
    name     TEXT NOT NULL REFERENCES api_key (name),
    day      INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    refused  INTEGER NOT NULL,
    PRIMARY KEY (name, day)
) STRICT, WITHOUT ROWID;
