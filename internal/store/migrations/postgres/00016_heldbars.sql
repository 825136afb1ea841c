-- Bars that are not believed.

-- +goose Up

-- They stand apart from bars, so that no query of those can ever find them, until one of the same place is believed.
CREATE TABLE heldbar (
    symbol TEXT COLLATE "C" NOT NULL,
    span   TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL REFERENCES source (id),
    at     BIGINT NOT NULL,
    seen   BIGINT NOT NULL,
    open   TEXT COLLATE "C" NOT NULL,
    high   TEXT COLLATE "C" NOT NULL,
    low    TEXT COLLATE "C" NOT NULL,
    close  TEXT COLLATE "C" NOT NULL,
    volume TEXT COLLATE "C" NOT NULL,
    ref    TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    text   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (symbol, span, source, at, seen)
);
