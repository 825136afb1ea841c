-- Bars that are not believed stand in the quarantine beside values, and are decided on by the same road.

-- +goose Up

-- Of a bar the value is its close, and these are the rest of it; of a value they are empty, as is a volume that is not said.
ALTER TABLE held ADD COLUMN span TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN open TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN high TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN low TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE held ADD COLUMN volume TEXT COLLATE "C" NOT NULL DEFAULT '';

-- They had no names; any that no other bears will do.
INSERT INTO held (id, symbol, field, source, at, seen, value, ref, reason, text, state, by, note, span, open, high, low, volume)
SELECT translate(substr(md5(symbol || span || source || at || seen), 1, 16), '0189', 'ghij'),
    symbol, 'bar of a ' || span, source, at, seen, close, ref, reason, text, 'waiting', '', '', span, open, high, low, volume
FROM heldbar;

DROP TABLE heldbar;
