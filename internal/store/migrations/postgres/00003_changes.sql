-- Which series changed since when, so that whoever keeps them in memory reads again only what is new.

-- +goose Up

-- One row: how often observations were added. Every such transaction takes the next number, and so waits for the one before.
CREATE TABLE change (
    n BIGINT NOT NULL
);
INSERT INTO change (n) VALUES (0);

ALTER TABLE track ADD COLUMN changed BIGINT NOT NULL DEFAULT 0; -- the number of the change that last touched it
CREATE INDEX track_changed ON track (changed);
