-- The keys that programs may ask with, and how often they did.

-- +goose Up

-- Of a key only its hash is kept. A name is given once: a revoked key stays, so that what was used stays its own.
CREATE TABLE api_key (
    name       TEXT COLLATE "C" PRIMARY KEY,
    hash       TEXT COLLATE "C" NOT NULL UNIQUE,
    per_minute BIGINT NOT NULL,
    made       BIGINT NOT NULL,
    revoked    BIGINT           -- NULL while it holds
);

-- How often a key was used, by the midnight of the day in UTC.
CREATE TABLE api_usage (
    name     TEXT COLLATE "C" NOT NULL REFERENCES api_key (name),
    day      BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    refused  BIGINT NOT NULL,
    PRIMARY KEY (name, day)
);
