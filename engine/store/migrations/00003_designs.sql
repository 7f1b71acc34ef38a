-- +goose Up
-- What a room's sign does otherwise than the organisation's; no row = nothing.
CREATE TABLE room_overrides (
    room_id  TEXT PRIMARY KEY REFERENCES rooms (id) ON DELETE CASCADE,
    override TEXT NOT NULL -- JSON of sign.Override
) STRICT;

-- The organisation's own templates, as they were given to Roomink.
CREATE TABLE templates (
    name       TEXT PRIMARY KEY,
    source     BLOB NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pictures (
    name       TEXT PRIMARY KEY, -- 'logo', or the address that it was fetched from
    data       BLOB NOT NULL,    -- a picture file
    etag       TEXT NOT NULL,    -- as the server named this version; '' = it did not
    modified   TEXT NOT NULL,    -- its Last-Modified, likewise
    fetched_at INTEGER NOT NULL
) STRICT;

-- 1 = a push to it was begun at some time, so the glass may hold a picture of ours.
ALTER TABLE displays ADD COLUMN written INTEGER NOT NULL DEFAULT 0;
UPDATE displays SET written = 1 WHERE room_id IS NOT NULL OR id IN (SELECT display_id FROM deliveries);
